import type { Rule } from '../lib/feel.ts'
import { mapPlaceholders } from './placeholders.ts'
import type { NoticeBlock, NoticeTemplate } from './template.ts'

export type SampleWords = {
  /** What a name means, by its path; a name without one stands for itself. */
  readonly labels: Readonly<Record<string, string>>
  /** Says under which condition a text stands in the notice. */
  readonly onlyIf: (rule: Rule) => string
}

/** Roots of names that a sample fills as every notice does: they do not come from the application. */
const GIVEN = new Set(['eingang', 'bescheid', 'behoerde', 'leistung', 'gebuehr'])

/**
 * A template that shows itself: what will be filled in stands in brackets by its name, every text is there, and those with a
 * condition say which. Pure.
 */
export function sampleTemplate(template: NoticeTemplate, words: SampleWords): NoticeTemplate {
  const lists = new Map<string, string>(template.computed.map(({ as, each }) => [as, each]))
  const text = (source: string): string => mapPlaceholders(source, (name) => shown(name, { lists, words }))
  const blocks = (all: readonly NoticeBlock[]): readonly NoticeBlock[] =>
    all.flatMap((block): readonly NoticeBlock[] => {
      const said = block.when === null ? [] : [paragraph(`(${words.onlyIf(block.when)})`)]
      return [...said, ...plainBlock(block, { lists, text, words })]
    })
  return {
    ...template,
    computed: [],
    title: text(template.title),
    salutation: text(template.salutation),
    closing: text(template.closing),
    recipient: template.recipient.map(text),
    operative: blocks(template.operative),
    reasons: blocks(template.reasons),
    information: blocks(template.information),
  }
}

type Showing = { readonly lists: Map<string, string>; readonly words: SampleWords }

const paragraph = (text: string): NoticeBlock => ({ kind: 'paragraph', text, when: null })

function plainBlock(block: NoticeBlock, at: Showing & { readonly text: (source: string) => string }): NoticeBlock[] {
  switch (block.kind) {
    case 'paragraph':
      return [paragraph(at.text(block.text))]
    case 'list':
      return [{ kind: 'list', items: block.items.map(at.text), when: null }]
    case 'table': {
      at.lists.set(block.as, block.each)
      const cells = block.columns.map(({ title, text }) => `${title}: ${at.text(text)}`)
      return [{ kind: 'list', items: cells, when: null }]
    }
    case 'answers':
      return [{ ...block, when: null }]
  }
}

function shown(name: string, { lists, words }: Showing): string {
  const [root = '', ...rest] = name.split('.')
  if (GIVEN.has(root)) {
    return `{${name}}`
  }
  const list = lists.get(root)
  const path = list === undefined ? name : [list, ...rest].join('.')
  return `[${words.labels[path] ?? words.labels[name] ?? rest.at(-1) ?? name}]`
}
