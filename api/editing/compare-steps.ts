import type { WordChange } from './compare.ts'

type Step = { readonly name: string; readonly postbox: string }

const STEP = /<(?:[\w-]+:)?(?:\w*[tT]ask|subProcess|callActivity|\w+Event)\b((?:[^>"']|"[^"]*"|'[^']*')*)>/g

/** Steps of a process that came, went, or are called or worked otherwise; the ways between them are one change. Pure. */
export function compareSteps(before: string, after: string): readonly WordChange[] {
  const [old, now] = [stepsIn(before), stepsIn(after)]
  const steps = [...new Set([...old.keys(), ...now.keys()])].flatMap((id) => {
    const [was, is] = [old.get(id), now.get(id)]
    return [
      ...differing('step-name', was, is, 'name'),
      ...(was && is ? differing('step-postbox', was, is, 'postbox') : []),
    ]
  })
  const isOther = before !== '' && after !== '' && before !== after && steps.length === 0
  return isOther ? [{ ...EMPTY, label: 'step-ways', what: 'changed' }] : steps
}

const EMPTY = { about: { kind: 'process', name: '' }, before: [], after: [] } as const

function differing(label: string, was: Step | undefined, is: Step | undefined, key: keyof Step): readonly WordChange[] {
  const [first = '', second = ''] = [was?.[key], is?.[key]]
  const what = first === '' ? 'added' : second === '' ? 'removed' : 'changed'
  const said = (value: string) => (value === '' ? [] : [{ value, text: '' }])
  return first === second ? [] : [{ ...EMPTY, label, what, before: said(first), after: said(second) }]
}

function stepsIn(bpmn: string): ReadonlyMap<string, Step> {
  const found = [...bpmn.matchAll(STEP)].map(([, attributes = '']) => {
    const attribute = (name: string): string => plain(new RegExp(`(?:^|\\s)${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(attributes)?.slice(1).find((one) => one !== undefined) ?? '') // biome-ignore format: one thought
    return [attribute('id'), { name: attribute('name'), postbox: attribute('stadttor:postbox') }] as const
  })
  return new Map(found.filter(([id, { name }]) => id !== '' && name !== ''))
}

const SIGNS: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&', '#10': ' ' }

/** Names as people read them: signs of XML written out. */
const plain = (text: string): string =>
  text
    .replace(/&(lt|gt|quot|apos|amp|#10);/g, (_, sign: string) => SIGNS[sign] ?? '')
    .replace(/\s+/g, ' ')
    .trim()
