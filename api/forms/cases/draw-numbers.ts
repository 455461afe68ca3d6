import { type Around, type CaseKind, type Draw, dayAfter, draw, type Wrong } from './draw.ts'
import type { Written } from './written.ts'

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : Number(text.replace(',', '.'))

/** What is typed into numbers and amounts, with a comma as people write it; amounts become cents. */
export function numberDraws(written: Written, around: Around): readonly Draw[] {
  const { field } = written
  const isMoney = field.kind === 'money'
  const decimals = isMoney ? 2 : written.decimals
  const step = 10 ** -decimals
  const min = numberOf(written.minValue) ?? (isMoney ? 0 : undefined)
  const max = numberOf(written.maxValue)
  const of = (kind: CaseKind, what: string, value: number, places = decimals): Draw =>
    draw({ kind, what }, [typedOf(value, places)], resultOf(value, { isMoney, decimals, places, min, max }))
  const low = min ?? 1
  const middle = max === undefined ? low + 100 : low + Math.floor((max - low) / 2)
  const fine = low + step / 2 <= (max ?? Number.POSITIVE_INFINITY) ? low + step / 2 : undefined
  const compared = around.numbers.flatMap((value) => {
    const euro = isMoney ? value / 100 : value
    return [euro, euro + step, euro - step].map((one) => of('valid', `${one}`, one))
  })
  const type = isMoney ? 'forms/money' : 'forms/number'
  return [
    of('valid', 'usual', middle),
    ...(min === undefined ? [] : [of('boundary', `${min}`, min), of('boundary', `less than ${min}`, min - step)]),
    ...(max === undefined ? [] : [of('boundary', `${max}`, max), of('boundary', `more than ${max}`, max + step)]),
    of('boundary', `${decimals} decimals`, low + step),
    ...(fine === undefined ? [] : [of('boundary', `${decimals + 1} decimals`, fine, decimals + 1)]),
    ...compared.filter((one) => one.wrong === undefined),
    ...['viel', '1,2,3', '12x', '--1'].map((text) => draw({ kind: 'wrong', what: text }, [text], { type })),
  ]
}

const typedOf = (value: number, places: number): string => value.toFixed(places).replace('.', ',')

type Bounds = { isMoney: boolean; decimals: number; places: number; min: number | undefined; max: number | undefined }

function resultOf(value: number, bounds: Bounds): { value: number } | Wrong {
  const { isMoney, decimals, places, min, max } = bounds
  const money = isMoney ? 'money-' : ''
  if (places > decimals) {
    return { type: decimals === 0 ? 'forms/whole-number' : 'forms/decimals' }
  }
  const exact = Number(value.toFixed(places))
  if (min !== undefined && exact < min) {
    return { type: `forms/${money}min` }
  }
  if (max !== undefined && exact > max) {
    return { type: `forms/${money}max` }
  }
  return { value: isMoney ? Math.round(exact * 100) : exact }
}

/** What is typed into times of day. */
export function timeDraws({ minValue, maxValue }: Written): readonly Draw[] {
  const min = minValue?.slice(0, 5)
  const max = maxValue?.slice(0, 5)
  const of = (kind: CaseKind, what: string, time: string, typed = time): Draw => {
    const isEarly = min !== undefined && time < min
    const isLate = max !== undefined && time > max
    return draw(
      { kind, what },
      [typed],
      isEarly ? { type: 'forms/time-min' } : isLate ? { type: 'forms/time-max' } : { value: time },
    )
  }
  return [
    of('valid', 'usual', min ?? max ?? '14:30'),
    ...(min === undefined ? [] : [of('boundary', min, min), of('boundary', `before ${min}`, minuteAfter(min, -1))]),
    ...(max === undefined ? [] : [of('boundary', max, max), of('boundary', `after ${max}`, minuteAfter(max, 1))]),
    of('valid', 'with Uhr', '09:05', '9.05 Uhr'),
    ...['24:00', '9:75', 'mittags'].map((text) => draw({ kind: 'wrong', what: text }, [text], { type: 'forms/time' })),
  ]
}

const minuteAfter = (time: string, minutes: number): string =>
  new Date(Date.parse(`2026-01-01T${time}:00Z`) + minutes * 60_000).toISOString().slice(11, 16)

/** What is typed into dates: day, month, year, and for a point in time the time. */
export function dateDraws(written: Written, around: Around): readonly Draw[] {
  const { field, minValue, maxValue, isPast, isFuture } = written
  const { today } = around
  const time = field.kind === 'date-time' ? ['14:30'] : []
  const of = (kind: CaseKind, what: string, iso: string): Draw => {
    const [year = '', month = '', day = ''] = iso.split('-')
    const wrong = dateProblem(written, iso, today)
    const value = time.length > 0 ? `${iso}T14:30` : iso
    return draw({ kind, what }, [day, month, year, ...time], wrong ?? { value })
  }
  const limits = [minValue, maxValue, ...(isPast || isFuture ? [today] : [])].filter((one) => one !== undefined)
  const around1 = limits.flatMap((iso) => [
    of('boundary', iso, iso),
    of('boundary', `day before ${iso}`, dayAfter(iso, { days: -1 })),
    of('boundary', `day after ${iso}`, dayAfter(iso, { days: 1 })),
  ])
  const usual = [...around.dates, '2024-02-29', '1985-04-13', '2030-06-01'].map((iso) => of('valid', iso, iso))
  const bad = (what: string, texts: readonly string[], type: string, part: 'day' | 'month' | 'year'): Draw =>
    draw({ kind: 'wrong', what }, [...texts, ...time], { type, part })
  const [year = ''] = today.split('-')
  const isWhole = field.kind !== 'incomplete-date'
  return [
    ...usual.filter((one) => one.wrong === undefined),
    ...around1,
    bad('31 February', ['31', '2', year], 'forms/date-real', 'day'),
    bad('29 February of no leap year', ['29', '2', '2023'], 'forms/date-real', 'day'),
    bad('month 13', ['1', '13', year], 'forms/date-real', 'month'),
    bad('year of two digits', ['1', '3', '85'], 'forms/date-year', 'year'),
    bad('no year', ['1', '3', ''], 'forms/date-year', 'year'),
    bad('no month', ['1', '', year], 'forms/date-month', 'month'),
    ...(isWhole ? [bad('no day', ['', '3', year], 'forms/date-day', 'day')] : incompleteDraws(written, around)),
    ...(time.length === 0
      ? []
      : [draw({ kind: 'wrong', what: 'no time' }, ['1', '3', year, ''], { type: 'forms/date-time', part: 'time' })]),
  ]
}

function incompleteDraws({ isFuture }: Written, { today }: Around): readonly Draw[] {
  const year = isFuture ? Number(today.slice(0, 4)) + 10 : 1950
  return [
    draw({ kind: 'valid', what: 'the year alone' }, ['', '', `${year}`], { value: `${year}` }),
    draw({ kind: 'valid', what: 'month and year' }, ['00', '3', `${year}`], { value: `${year}-03` }),
  ]
}

function dateProblem({ isPast, isFuture, minValue, maxValue }: Written, iso: string, today: string): Wrong | undefined {
  const problems: readonly (readonly [boolean, string])[] = [
    [isPast && iso > today, 'forms/date-past'],
    [isFuture && iso < today, 'forms/date-future'],
    [minValue !== undefined && iso < minValue, 'forms/date-min'],
    [maxValue !== undefined && iso > maxValue, 'forms/date-max'],
  ]
  const type = problems.find(([isBroken]) => isBroken)?.[1]
  return type === undefined ? undefined : { type, part: 'year' }
}
