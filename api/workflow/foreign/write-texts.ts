import { parse, stringify } from 'yaml'
import type { Built } from './build.ts'
import type { Sketch } from './sketch.ts'
import type { AdaptingTable } from './table.ts'

type Texts = {
  readonly states: Record<string, unknown>
  readonly tasks: Record<string, unknown>
  readonly messages: Record<string, unknown>
}

/** Words of a process as they are, and those that were written for it before anybody changed one. */
export type Written = { readonly now: string; readonly ours: string }

/**
 * Writes the words of an adapted process. What editors wrote of a state, a task, an outcome or a mail stays as long as there is
 * one of that id; all else is written anew. The button of an outcome follows what was mapped, where that is what changed.
 */
export function writeTexts(
  { sketch, outcomes }: { readonly sketch: Sketch; readonly outcomes: Built['outcomes'] },
  table: AdaptingTable,
  { before, isMapping }: { readonly before: Written; readonly isMapping: boolean },
): string {
  const [old, ours] = [kept(before.now), kept(before.ours)]
  /** What an editor wrote at a place, or else what is written now. */
  const stays = (path: TextPath, text: string | undefined): string | undefined => {
    const [written, first] = [at(old, path), at(ours, path)]
    const isMapped = isMapping && path[2] === 'outcomes' && first !== text
    return typeof written === 'string' && written !== first && !isMapped ? written : text
  }
  const nodes = [...sketch.nodes.values()]
  const states: Record<string, unknown> = {}
  const used = new Set<string>()
  for (const { id, says, who, attributes } of nodes) {
    if (says !== null) {
      const { stage, until, title, sentence, turn } = table.states[says]
      const isTimed = until !== undefined && (says === 'answer' || attributes['due'] !== undefined)
      used.add(stage)
      states[id] = {
        stage,
        title: stays(['states', id, 'title'], title),
        sentence: stays(['states', id, 'sentence'], sentence),
        who,
        turn,
        ...(isTimed ? { until: stays(['states', id, 'until'], until) } : {}),
      }
    }
  }
  const tasks = Object.fromEntries(
    nodes
      .filter(({ tag }) => tag === 'userTask')
      .map((node) => {
        const name = node.name || node.id
        const ways = node.outcomes.map(({ id }, index) => {
          const mapped = outcomes.get(node.id)?.get(id) ?? [...(outcomes.get(node.id)?.values() ?? [])][index]
          const as = mapped?.as ?? 'continue'
          // What does not count as signing after all must not promise it.
          const isSigning = as === id || (as !== 'sign' && as !== 'return')
          const { hint, done, label } = table.outcomes[isSigning ? as : 'continue']
          const isOurs = mapped === undefined || (!isSigning && mapped.label === table.outcomes[as].label)
          const texts = { label: isOurs ? label : mapped.label, hint, done }
          const path = ['tasks', node.id, 'outcomes', id] as const
          return [id, mapValues(texts, (text, key) => stays([...path, key], text))] as const
        })
        const task = mapValues({ title: name, action: name }, (text, key) => stays(['tasks', node.id, key], text))
        return [node.id, { ...task, outcomes: Object.fromEntries(ways) }] as const
      }),
  )
  const messages = Object.fromEntries(
    [...new Set(nodes.flatMap(({ params }) => params['template'] ?? []))].map((id) => {
      const known: Readonly<Record<string, unknown>> = table.messages
      return [id, old.messages[id] ?? known[id]] as const
    }),
  )
  const stages = Object.entries(table.stages)
    .filter(([id]) => used.has(id))
    .map(([id, title]) => ({ id, title }))
  return stringify({ version: 1, lang: 'de', stages, states, tasks, messages }, { lineWidth: 0 })
}

type TextPath = readonly [keyof Texts, ...string[]]

const at = (texts: Texts, [part, ...path]: TextPath): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], texts[part])

const mapValues = <T extends object>(
  texts: T,
  change: (text: string, key: string) => string | undefined,
): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, change(text, key)]))

function kept(before: string): Texts {
  const empty: Texts = { states: {}, tasks: {}, messages: {} }
  try {
    const value: unknown = parse(before, { maxAliasCount: 0 })
    const record = (key: keyof Texts): Record<string, unknown> => {
      const part = (value as Partial<Texts> | null)?.[key]
      return typeof part === 'object' && part !== null ? part : {}
    }
    return { states: record('states'), tasks: record('tasks'), messages: record('messages') }
  } catch {
    return empty
  }
}
