import type { Content } from '../content/snapshot.ts'
import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { plainText } from '../lib/rich-text.ts'
import type { LawCtx } from './law-ctx.ts'
import { LAW_TABLES, type LawTable, rowsOf } from './law-rows.ts'
import { servicesUsing } from './law-uses.ts'
import { cites, type Norm, readNorm } from './norms.ts'
import { concerned } from './service-law-read.ts'
import { countOpen } from './service-replay.ts'
import { listLawChanges, listPlanned } from './store-law.ts'

/** A place of the content that cites a norm. */
export type Citation = {
  readonly kind: 'row' | 'service' | 'form' | 'process' | 'template' | 'letter' | 'catalogue' | 'page'
  readonly file: string
  readonly line: number
  readonly text: string
  /** Of what belongs to one service. */
  readonly slug: string | null
  /** Of a row of a table. */
  readonly row: { readonly table: string; readonly id: string; readonly validFrom: string } | null
}
export type NormPage = {
  readonly norm: string
  readonly citations: readonly Citation[]
  readonly services: readonly { readonly slug: string; readonly title: string; readonly open: number }[]
  /** Open cases of all these services. */
  readonly open: number
  /** Places are more than are shown. */
  readonly isCut: boolean
  readonly waiting: readonly {
    readonly id: string
    readonly table: LawTable
    readonly rowId: string
    readonly validFrom: string
  }[]
  readonly planned: readonly { readonly slug: string; readonly onDay: string; readonly failure: string | null }[]
}

const SHOWN_MAX = 300
const TEXT_MAX = 240

/**
 * Everything that a norm touches: rows of the tables, services, forms, processes, templates, the state's texts, and how many
 * cases are open. Counts only, no personal data. Without a norm the page shows what waits.
 */
export async function readNormPage(ctx: LawCtx, actor: Actor, wanted: string): Promise<NormPage> {
  authorize(actor, 'content.edit')
  const { content } = ctx.content.live()
  const norm = readNorm(wanted)
  const all = norm === null ? [] : citationsOf(content, norm)
  const touched = new Set(all.flatMap((citation) => servicesOf(content, citation)))
  const slugs = [...content.services.keys()].filter((slug) => touched.has(slug))
  const open = await countOpen(ctx, slugs)
  return {
    norm: wanted,
    citations: all.slice(0, SHOWN_MAX),
    isCut: all.length > SHOWN_MAX,
    services: await concerned(ctx, content, slugs),
    open: [...open.values()].reduce((sum, count) => sum + count, 0),
    waiting: (await listLawChanges(ctx.db, 'proposed')).map(({ id, lawTable, rowId, validFrom }) => {
      return { id, table: lawTable, rowId, validFrom }
    }),
    planned: (await listPlanned(ctx.db)).map(({ slug, onDay, failure }) => ({ slug, onDay, failure })),
  }
}

function servicesOf(content: Content, { slug, row, kind, file }: Citation): readonly string[] {
  if (slug !== null) {
    return [slug]
  }
  const table = LAW_TABLES.find((one) => one === row?.table)
  if (table !== undefined && row !== null) {
    return servicesUsing(content, table, row.id)
  }
  const isAll = kind === 'row' || (kind === 'letter' && file.startsWith('letters/'))
  return isAll ? servicesUsing(content, 'deliveries', '') : []
}

function citationsOf(content: Content, norm: Norm): readonly Citation[] {
  return [...rowCitations(content, norm), ...fileCitations(content, norm), ...catalogueCitations(content, norm)]
}

function rowCitations(content: Content, norm: Norm): readonly Citation[] {
  const { regimes, holidays } = content.deadlines
  const tables = [
    ...LAW_TABLES.map((table) => ({ table, rows: rowsOf(content, table) })),
    { table: 'regimes', rows: regimes },
    {
      table: 'holidays',
      rows: holidays.map((row) => ({ ...row, source: row.source ?? '', validFrom: row.validFrom ?? '' })),
    },
  ]
  return tables.flatMap(({ table, rows }) =>
    rows
      .filter(({ source }) => cites(source, norm))
      .map(({ id, validFrom, source }): Citation => {
        const file = table === 'fees' ? 'fees.yaml' : table === 'retention' ? 'retention.yaml' : 'deadlines.yaml'
        return { kind: 'row', file, line: 1, text: source, slug: null, row: { table, id, validFrom } }
      }),
  )
}

const PLACES: readonly (readonly [RegExp, Citation['kind']])[] = [
  [/^services\/([a-z0-9-]+)\/service\.yaml$/, 'service'],
  [/^services\/([a-z0-9-]+)\/form\./, 'form'],
  [/^services\/([a-z0-9-]+)\/process\./, 'process'],
  [/^services\/([a-z0-9-]+)\/notice\./, 'template'],
  [/^(?:letters|processes|templates)\/.*\.ya?ml$/, 'letter'],
  [/^pages\/.*\.md$/, 'page'],
]

function fileCitations(content: Content, norm: Norm): readonly Citation[] {
  const decoder = new TextDecoder()
  return content.paths.flatMap((path) => {
    const found = PLACES.find(([pattern]) => pattern.test(path))
    if (found === undefined) {
      return []
    }
    const [pattern, kind] = found
    const slug = pattern.exec(path)?.[1] ?? null
    const lines = decoder.decode(content.file(path) ?? new Uint8Array()).split('\n')
    return lines.flatMap((line, at) =>
      cites(line, norm)
        ? [{ kind, file: path, line: at + 1, text: line.trim().slice(0, TEXT_MAX), slug, row: null }]
        : [],
    )
  })
}

/** What the state's texts of the city's services cite. */
function catalogueCitations(content: Content, norm: Norm): readonly Citation[] {
  return [...content.services].flatMap(([slug, { catalogue }]) => {
    const service = content.mirror.services.get(catalogue)
    return (service?.texts ?? []).flatMap(({ text }) => {
      const plain = plainText(text['de'] ?? [])
      const file = `catalogue/services/${catalogue}.json`
      return cites(plain, norm)
        ? [{ kind: 'catalogue' as const, file, line: 1, text: plain.slice(0, TEXT_MAX), slug, row: null }]
        : []
    })
  })
}
