import type { DataField } from '../forms/data-model.ts'
import { kebab } from './generate-names.ts'
import type { Guess, Skeleton } from './templates.ts'

export type StepTexts = { [key: string]: unknown; id: string; fields: string[] }
/** What pages are made with: the words of new forms, and what was made so far. */
export type Paging = {
  readonly skeleton: Skeleton
  readonly fields: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly ids: Set<string>
  /** Of pages. */
  readonly titles: Set<string>
  /** What questions belong to, by path. */
  readonly bonds: Map<string, string>
}
export type Stepping = { readonly title: string; readonly lead: string; readonly within?: string }

/** Questions on one page: a group of so many stays whole, more would be a wall. */
const ON_ONE_PAGE = 7
/** Pages of a group, no two of one title: its own, the one question's, else the group's with a number; never some of several questions'. */
export function stepsOf(
  making: Paging,
  fields: readonly string[],
  { title, lead, within = '', base }: Stepping & { readonly base: string },
): readonly StepTexts[] {
  const { skeleton, titles } = making
  const around = title || within
  return chunks(making, fields).map((chunk, index) => {
    const first = title !== '' && index === 0 ? [title, `${within}: ${title}`] : []
    const only = chunk.length === 1 ? [labelIn(making, chunk[0] ?? ''), `${around}: ${labelIn(making, chunk[0] ?? '')}`] : [] // biome-ignore format: one thought
    const wanted = [...first, ...only, around].map((text) => text.replace(/^: /, '')).filter((text) => text !== '')
    const own = wanted.find((one) => !titles.has(one)) ?? numbered(around || skeleton.section, titles, skeleton)
    titles.add(own)
    return { id: stepId(making, base), title: own, ...leadOf({ lead }, index), fields: chunk }
  })
}

/** A title, with the number of the part where it is taken. */
export function numbered(title: string, taken: ReadonlySet<string>, { part }: Pick<Skeleton, 'part'>): string {
  const titles = Array.from({ length: taken.size + 1 }, (_, index) =>
    index === 0 ? title : part.replaceAll('[[title]]', title).replaceAll('[[number]]', String(index + 1)),
  )
  return titles.find((one) => !taken.has(one)) ?? title
}

/** What a question asks. */
export const labelIn = ({ fields }: Paging, path: string): string => String(fields[path]?.['label'] ?? path)

/** Questions that follow each other, as many to a page as fit; what belongs together is not torn apart. */
function chunks({ bonds }: Paging, fields: readonly string[]): readonly string[][] {
  const pages = Math.ceil(fields.length / ON_ONE_PAGE)
  const size = Math.ceil(fields.length / Math.max(1, pages))
  const isFree = (at: number): boolean => {
    const bond = bonds.get(fields[at] ?? '')
    return bond === undefined || bond !== bonds.get(fields[at - 1] ?? '')
  }
  const found: string[][] = []
  for (let from = 0; from < fields.length; ) {
    const near = [0, 1, -1, 2, -2].map((by) => Math.min(fields.length, from + size + by))
    const to = near.find((at) => at > from && isFree(at)) ?? from + size
    found.push(fields.slice(from, to))
    from = to
  }
  return found
}

/** What a question belongs to, with others beside it: one name, one address, one span of time. */
export const bondOf = (field: DataField, guess: Guess | undefined): string | undefined =>
  /^(date|time|datetime)$/.test(field.type) ? 'span' : guess?.part === undefined ? undefined : BONDS[guess.part]
const BONDS: Readonly<Record<NonNullable<Guess['part']>, string>> = {
  name: 'name',
  givenName: 'name',
  familyName: 'name',
  street: 'address',
  houseNumber: 'address',
  postalCode: 'address',
  town: 'address',
}

/** What the schema explains of a whole group stands above its first questions. */
const leadOf = ({ lead }: { readonly lead: string }, index: number) => (lead === '' || index > 0 ? {} : { lead })

/** Address of a page, each once. It does not end in a number: that would look like an item of a list. */
export function stepId(making: Paging, wanted: string): string {
  const base = kebab(wanted).replace(/-\d+$/, '')
  let id = base
  for (let count = 1; making.ids.has(id); count += 1) {
    id = `${base}-${String.fromCharCode(97 + (count % 26)).repeat(Math.ceil(count / 26))}`
  }
  making.ids.add(id)
  return id
}
