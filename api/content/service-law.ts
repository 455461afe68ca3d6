import type { ContentCtx } from './access.ts'
import type { Content, ContentChecker } from './snapshot.ts'

/** A row of a table that the law can change. */
type LawRow = { readonly id: string; readonly validFrom: string; readonly validTo?: string | undefined }

/** The tables of a content revision that the law can change. */
const LAW_TABLES = ['deadlines', 'deliveries', 'fees', 'retention'] as const
type LawTable = (typeof LAW_TABLES)[number]
/** A row that cases of an older revision were begun under, and that the live content no longer has. */
export type MissingRow = { readonly table: LawTable; readonly id: string; readonly validFrom: string }

type Joined = { readonly own: Content; readonly live: Content }

const joinedOf = new WeakMap<Content, Joined>()
const joinedBy = new WeakMap<Content, WeakMap<Content, Content>>()

/**
 * The content by which a draft or a case is judged: form, process and texts are those of its own revision, everything
 * the law can change (deadlines, holidays, deliveries, fees, retention, automatic decisions) is read from the live
 * content, so that a row that an editor adds later reaches every running case from its day on. Which day counts is said
 * by the rule: start of a deadline, dispatch or provision of a delivery, `judgedOn` of a fee, closing for retention. A row
 * that the live content no longer has is kept from the case's own revision.
 * Throws when the revision was never made here.
 */
export async function lawfulContent(ctx: ContentCtx, revisionId: string): Promise<Content> {
  const own = await ctx.content.at(revisionId)
  return withLaw(own, ctx.content.live().content)
}

/** A content with the law of another. The same two give the same object, so that what is kept by content stays kept. */
export function withLaw(own: Content, live: Content): Content {
  if (own === live || hasSameLaw(own, live)) {
    return own
  }
  const byLive = joinedBy.get(own) ?? new WeakMap<Content, Content>()
  joinedBy.set(own, byLive)
  const content = byLive.get(live) ?? join(own, live)
  byLive.set(live, content)
  return content
}

/** The revision a content was made from: where nothing depends on the law, what is kept for it need not be made again. */
export const revisionOf = (content: Content): Content => joinedOf.get(content)?.own ?? content

/** The live content whose law a joined one has; null for one that stands alone. */
export const lawOf = (content: Content): Content | null => joinedOf.get(content)?.live ?? null

/** Rows of a table in which the live ones count, and those of a case's own revision stay where live has none of their kind. */
export function lawRows<R extends LawRow>(own: readonly R[], live: readonly R[]): readonly R[] {
  const known = new Set(live.map(keyOf))
  return [...live, ...own.filter((row) => !known.has(keyOf(row)))]
}

/** Rows that an older content has and the live one no longer has. */
export function missingLaw(own: Content, live: Content): readonly MissingRow[] {
  return LAW_TABLES.flatMap((table) => {
    const known = new Set(rowsOf(live, table).map(keyOf))
    return rowsOf(own, table).flatMap(({ id, validFrom }) =>
      known.has(keyOf({ id, validFrom })) ? [] : [{ table, id, validFrom }],
    )
  })
}

/** All rows of one of the tables. */
function rowsOf(content: Content, table: LawTable): readonly (LawRow & { readonly source: string })[] {
  switch (table) {
    case 'fees':
      return content.fees.fees
    case 'retention':
      return content.retention.rules
    default:
      return content.deadlines[table]
  }
}

const keyOf = ({ id, validFrom }: LawRow): string => `${id} ${validFrom}`

const LAW_FILES = ['deadlines.yaml', 'fees.yaml', 'retention.yaml'] as const

/** Remedies and the law that allows automatic decisions stand elsewhere; where the tables are the same files, those are compared too. */
function hasSameLaw(own: Content, live: Content): boolean {
  const files = [...LAW_FILES, ...live.paths.filter((path) => path.startsWith('letters/remedies.'))]
  return (
    files.every((path) => own.digestOfFile(path) === live.digestOfFile(path)) &&
    [...own.services].every(
      ([slug, { automatic }]) =>
        JSON.stringify(automatic) === JSON.stringify(live.services.get(slug)?.automatic ?? automatic),
    )
  )
}

function join(own: Content, live: Content): Content {
  const { deadlines, deliveries, regimes } = own.deadlines
  const content: Content = {
    ...own,
    services: withAutomatic(own, live),
    deadlines: {
      ...live.deadlines,
      deadlines: [...lawRows(deadlines, live.deadlines.deadlines)],
      deliveries: [...lawRows(deliveries, live.deadlines.deliveries)],
      regimes: live.deadlines.regimes.length > 0 ? live.deadlines.regimes : regimes,
    },
    fees: { fees: [...lawRows(own.fees.fees, live.fees.fees)] },
    retention: { rules: [...lawRows(own.retention.rules, live.retention.rules)] },
  }
  joinedOf.set(content, { own, live })
  return content
}

/** A law that allows a decision without a clerk may begin or end while a case runs. */
function withAutomatic(own: Content, live: Content): Content['services'] {
  return new Map(
    [...own.services].map(([slug, service]) => {
      const now = live.services.get(slug)?.automatic
      return [slug, now === undefined ? service : { ...service, automatic: now }]
    }),
  )
}

/** Versions of one row do not overlap: on each day at most one of them holds. */
export const checkLaw: ContentChecker = (content) =>
  LAW_TABLES.filter((table) => table !== 'fees').flatMap((table) =>
    rowsOf(content, table).flatMap((row, index, all) =>
      all
        .slice(index + 1)
        .filter((other) => other.id === row.id && meets(row, other))
        .map(() => ({
          file: table === 'retention' ? 'retention.yaml' : 'deadlines.yaml',
          line: 1,
          type: 'content/law-overlap',
          detail: `Two versions of "${row.id}" in ${table} are in force on the same day.`,
        })),
    ),
  )

const meets = (one: LawRow, two: LawRow): boolean =>
  one.validFrom <= (two.validTo ?? '9999-12-31') && two.validFrom <= (one.validTo ?? '9999-12-31')
