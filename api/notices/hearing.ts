import * as v from 'valibot'
import { problemType } from '../lib/problem.ts'

export const hearingMissing = problemType('notices/hearing-missing', 422)

/**
 * Why somebody is not heard before a decision that burdens them. `no-interference`: an application is refused and no right is
 * taken; the others are the cases of § 28 Abs. 2 and 3 VwVfG.
 */
export const HEARING_SKIPPED = [
  'no-interference',
  'facts-as-stated',
  'urgent',
  'time-limit',
  'many-alike',
  'enforcement',
  'public-interest',
] as const

/** As it is kept with the words of a decision: the request by which somebody was heard, or why they were not. */
export const HearingKept = v.union([
  v.object({ request: v.string() }),
  v.object({ skipped: v.picklist(HEARING_SKIPPED), note: v.string() }),
])
type HearingKept = v.InferOutput<typeof HearingKept>

/** What is known before a decision: the request by which the person was heard, and what the clerk says where there is none. */
export type Hearing = { readonly request: string | null; readonly skipped: unknown; readonly note: unknown }
export type HearingView =
  | { readonly kind: 'held' }
  | { readonly kind: 'skipped'; readonly why: (typeof HEARING_SKIPPED)[number]; readonly note: string }

const Note = v.pipe(
  v.string(),
  v.transform((text) => text.replaceAll('\r\n', '\n').normalize('NFC').trim()),
  v.maxLength(2_000),
)

/**
 * Nobody is refused anything without being heard, or a reason of the law why not. Throws `notices/hearing-missing` (422).
 * @see § 28 VwVfG
 */
export function heardOf(hearing: Hearing | undefined): HearingKept {
  if (typeof hearing?.request === 'string') {
    return { request: hearing.request }
  }
  const skipped = v.safeParse(v.picklist(HEARING_SKIPPED), hearing?.skipped)
  const note = v.safeParse(Note, hearing?.note ?? '')
  if (!skipped.success || !note.success) {
    throw hearingMissing('hearing', { errors: [{ pointer: '/hearing', type: 'missing' }] })
  }
  return { skipped: skipped.output, note: note.output }
}

/** What the journal says of it: a code. */
export const hearingCode = (hearing: HearingKept): string => ('skipped' in hearing ? hearing.skipped : 'held')

/** As clerks read it. */
export const hearingView = (hearing: HearingKept | undefined): HearingView | null =>
  hearing === undefined
    ? null
    : 'skipped' in hearing
      ? { kind: 'skipped', why: hearing.skipped, note: hearing.note }
      : { kind: 'held' }
