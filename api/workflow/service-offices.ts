import type { Definition } from './model.ts'

/**
 * Postboxes in which a Vorgang may lie on its way: those of every step that somebody does, as far as a rule names them. In the order
 * of the process, each once.
 * @param known ids of the town's postboxes.
 */
export function postboxesIn({ nodes }: Pick<Definition, 'nodes'>, known: readonly string[]): readonly string[] {
  const named = [...nodes.values()].flatMap((node) => {
    if (node.kind !== 'user') {
      return []
    }
    return node.postbox.kind === 'fixed'
      ? [node.postbox.value]
      : [...node.postbox.rule.source.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text)
  })
  return [...new Set(named)].filter((postbox) => known.includes(postbox))
}
