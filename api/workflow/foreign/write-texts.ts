import { parse, stringify } from 'yaml'
import type { Built } from './build.ts'
import type { Sketch } from './sketch.ts'
import type { AdaptingTable } from './table.ts'

type Texts = {
  readonly states: Record<string, unknown>
  readonly tasks: Record<string, unknown>
  readonly messages: Record<string, unknown>
}

/**
 * Writes the words of an adapted process. What editors wrote of states and mails before, stays; the buttons follow what
 * was mapped.
 */
export function writeTexts(
  { sketch, outcomes }: { readonly sketch: Sketch; readonly outcomes: Built['outcomes'] },
  table: AdaptingTable,
  before: string,
): string {
  const old = kept(before)
  const nodes = [...sketch.nodes.values()]
  const states: Record<string, unknown> = {}
  const used = new Set<string>()
  for (const { id, says, who, attributes } of nodes) {
    if (says !== null) {
      const { stage, until, title, sentence, turn } = table.states[says]
      const isTimed = until !== undefined && (says === 'answer' || attributes['due'] !== undefined)
      used.add(stage)
      const written = old.states[id] as { title?: unknown; sentence?: unknown; until?: unknown } | undefined
      states[id] = {
        stage,
        title: written?.title ?? title,
        sentence: written?.sentence ?? sentence,
        who,
        turn,
        ...(isTimed ? { until: written?.until ?? until } : {}),
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
          return [id, { label: isOurs ? label : mapped.label, hint, done }] as const
        })
        return [node.id, { title: name, action: name, outcomes: Object.fromEntries(ways) }] as const
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
