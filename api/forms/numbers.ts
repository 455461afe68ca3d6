export type Decimal =
  | { readonly ok: true; readonly isNegative: boolean; readonly whole: string; readonly fraction: string }
  | { readonly ok: false; readonly type: string; readonly params?: Readonly<Record<string, number>> }

/**
 * Reads a number as people write it, in digits only, so that no rounding happens: `1.234,56`, `1234.56`, `1 234,5`,
 * `1'234`. One dot before exactly three digits separates thousands, as usual in German: `1.234` is 1234.
 */
export function readDecimal(text: string, decimalsMax: number): Decimal {
  const compact = text.replace(/[\s'’\u00a0\u202f]/gu, '').replace(/^\+/, '')
  const isNegative = /^[-–−]/.test(compact)
  const plain = isNegative ? compact.slice(1) : compact
  if (!/^[\d.,]{1,30}$/.test(plain) || !/\d/.test(plain)) {
    return { ok: false, type: 'forms/number' }
  }
  const parts = split(plain)
  if (parts === undefined || parts.whole.length > 12) {
    return { ok: false, type: 'forms/number' }
  }
  const fraction = parts.fraction.replace(/0+$/, '')
  if (fraction.length > decimalsMax) {
    return decimalsMax === 0
      ? { ok: false, type: 'forms/whole-number' }
      : { ok: false, type: 'forms/decimals', params: { max: decimalsMax } }
  }
  return { ok: true, isNegative, whole: parts.whole, fraction }
}

function split(text: string): { whole: string; fraction: string } | undefined {
  const comma = text.lastIndexOf(',')
  const dot = text.lastIndexOf('.')
  if (comma >= 0 && dot >= 0) {
    return comma > dot ? grouped(text, '.', ',') : grouped(text, ',', '.')
  }
  if (comma >= 0) {
    return text.split(',').length === 2 ? ends(text, ',') : undefined
  }
  if (dot < 0) {
    return { whole: strip(text), fraction: '' }
  }
  const isThousands = /^[1-9]\d{0,2}(\.\d{3})+$/.test(text)
  return isThousands
    ? { whole: strip(text.replaceAll('.', '')), fraction: '' }
    : text.split('.').length === 2
      ? ends(text, '.')
      : undefined
}

function grouped(text: string, group: '.' | ',', decimal: '.' | ','): { whole: string; fraction: string } | undefined {
  const [whole = '', fraction = '', ...rest] = text.split(decimal)
  const isGrouped = group === '.' ? /^\d{1,3}(\.\d{3})+$/.test(whole) : /^\d{1,3}(,\d{3})+$/.test(whole)
  return isGrouped && rest.length === 0 && /^\d*$/.test(fraction)
    ? { whole: strip(whole.replaceAll(group, '')), fraction }
    : undefined
}

function ends(text: string, decimal: string): { whole: string; fraction: string } {
  const [whole = '', fraction = ''] = text.split(decimal)
  return { whole: strip(whole), fraction }
}

const strip = (digits: string): string => digits.replace(/^0+(?=\d)/, '') || '0'
