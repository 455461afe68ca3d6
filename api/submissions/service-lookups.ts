import type { Typed } from '../forms/answers.ts'
import type { Form } from '../forms/model.ts'
import { resumeStep, typedValues } from '../forms/service.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import {
  askRegister,
  type Lookup,
  type LookupState,
  lookupView,
  mayAsk,
  type OpenLookup,
  planDecide,
  readDraftLookups,
} from '../registers/service.ts'
import { changeDraft } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraft } from './draft.ts'

export const lookupMissing = problemType('submissions/lookup-missing', 404)

/** What a person may do with a lookup: agree and ask, take what was found, turn it down, or prove it another way. */
export const LOOKUP_ACTS = ['ask', 'use', 'reject', 'instead'] as const
export type LookupAct = (typeof LOOKUP_ACTS)[number]

export type LookupPage = {
  readonly draftId: string
  readonly lookup: string
  readonly service: { readonly slug: string; readonly title: string }
  readonly registerName: string
  readonly purpose: string
  readonly legalBasis: string
  /** What goes over beside who the person is. */
  readonly query: readonly { readonly label: string; readonly value: string }[]
  /** False: the person has to sign in, and prove who they are, before they can ask. */
  readonly mayAsk: boolean
  readonly trustLevel: Lookup['trustLevel']
  /** Of the newest question with these answers; null before the first. */
  readonly state: LookupState | null
  readonly values: readonly { readonly label: string; readonly value: string }[]
  readonly nextPath: string
}

/** Data of the page on which a person agrees to a lookup and sees what came of it. Throws 404. */
export async function readLookup(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  lookupId: string,
): Promise<LookupPage> {
  const draft = await openDraft(ctx, actor, draftId)
  const lookup = lookupOf(draft, lookupId)
  const open = newest(draft, lookup, await readDraftLookups(ctx, draftId))
  const register = draft.content.registers.get(lookup.register)
  const { form } = draft
  return {
    draftId,
    lookup: lookup.id,
    service: { slug: form.slug, title: form.title },
    registerName: register?.name.de ?? lookup.register,
    purpose: lookup.purpose.de,
    legalBasis: lookup.legalBasis,
    query: Object.entries(queryOf(draft, lookup)).map(([name, value]) => ({
      label: form.fields.get(lookup.query[name] ?? '')?.shortLabel ?? name,
      value,
    })),
    mayAsk: mayAsk(actor, lookup),
    trustLevel: lookup.trustLevel,
    state: open?.row.state ?? null,
    values: open === undefined ? [] : lookupView(draft.content, form.slug, open).values,
    nextPath: nextPath(draft, draft.typed),
  }
}

/**
 * Does what the person decided about a lookup and says where to go. Taking over writes the register's values into the
 * draft; turning down, or choosing another way, changes the answer that asked for it. Throws 404, 403, 409.
 */
export async function actOnLookup(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly draftId: string; readonly lookupId: string; readonly act: LookupAct },
): Promise<{ readonly page: string }> {
  const { draftId, lookupId, act } = input
  const draft = await openDraft(ctx, actor, draftId)
  const lookup = lookupOf(draft, lookupId)
  if (act === 'ask') {
    const query = queryOf(draft, lookup)
    await askRegister(ctx, actor, { draftId, keyId: draft.row.keyId, lookup, query })
    return { page: pathOf(draftId, lookupId) }
  }
  const open = newest(draft, lookup, await readDraftLookups(ctx, draftId))
  const plan = act === 'instead' ? {} : planDecide(open, act === 'use' ? 'used' : 'rejected', ctx.now())
  return await changeDraft(ctx, actor, { draftId, files: [], plan }, (now) => {
    const answers = act === 'use' ? valuesOf(lookup, open) : new Map([[lookup.choice, lookup.instead]])
    const typed: Typed = { ...now.typed, ...typedValues(now.form, answers) }
    return { typed, kept: [], answer: { page: nextPath(now, typed) } }
  })
}

/** The first lookup that the answers ask for and that is not used yet; undefined where all is done. */
export async function findPendingLookup(ctx: SubmissionsCtx, draft: Draft, at?: string): Promise<Lookup | undefined> {
  const wanted = wantedOf(draft).filter((lookup) => at === undefined || isOnPage(draft.form, lookup, at))
  if (wanted.length === 0) {
    return undefined
  }
  const rows = await readDraftLookups(ctx, draft.row.id)
  return wanted.find((lookup) => !isUsed(draft, lookup, rows))
}

/** Page of the lookup that an answer on the page just sent asks for; null where none does. */
export async function lookupAfter(
  ctx: SubmissionsCtx,
  actor: Actor,
  draftId: string,
  address: string,
): Promise<string | null> {
  const pending = await findPendingLookup(ctx, await openDraft(ctx, actor, draftId), address)
  return pending === undefined ? null : pathOf(draftId, pending.id)
}

/** Whether every record that the service could take from registers was taken from there. */
export async function isProvedByRegisters(ctx: SubmissionsCtx, draft: Draft): Promise<boolean> {
  const all = draft.content.services.get(draft.row.serviceSlug)?.lookups ?? []
  const rows = all.length === 0 ? [] : await readDraftLookups(ctx, draft.row.id)
  const wanted = wantedOf(draft)
  return all.length > 0 && all.every((lookup) => wanted.includes(lookup) && isUsed(draft, lookup, rows))
}

/** Where the page of a lookup is. */
export const pathOf = (draftId: string, lookupId: string): string => `/antrag/${draftId}/register/${lookupId}`

function lookupOf(draft: Draft, lookupId: string): Lookup {
  const lookup = wantedOf(draft).find((one) => one.id === lookupId)
  if (lookup === undefined) {
    throw lookupMissing(`lookup ${lookupId}`)
  }
  return lookup
}

const wantedOf = (draft: Draft): readonly Lookup[] =>
  (draft.content.services.get(draft.row.serviceSlug)?.lookups ?? []).filter(
    (lookup) => textAt(draft.typed, lookup.choice) === lookup.code,
  )

/** The newest question: one that found something counts only while it was asked with the answers as they are now. */
function newest(draft: Draft, lookup: Lookup, rows: readonly OpenLookup[]): OpenLookup | undefined {
  const last = rows.filter(({ row }) => row.lookup === lookup.id).at(-1)
  const isStale = last?.record != null && !isEqual(last.record.query, queryOf(draft, lookup))
  return isStale ? undefined : last
}

/** Taken over, and still as the register said: a value that was changed by hand is the person's own word again. */
function isUsed(draft: Draft, lookup: Lookup, rows: readonly OpenLookup[]): boolean {
  const open = newest(draft, lookup, rows)
  if (open === undefined || open.row.state !== 'used') {
    return false
  }
  const said = typedValues(draft.form, valuesOf(lookup, open))
  return Object.entries(said).every(([name, value]) => draft.typed[name] === value)
}

const valuesOf = (lookup: Lookup, open: OpenLookup | undefined): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(lookup.values).flatMap(([name, path]) => {
      const value = open?.record?.values[name]
      return value === undefined ? [] : [[path, value] as const]
    }),
  )

const queryOf = (draft: Draft, lookup: Lookup): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(lookup.query).map(([name, path]) => [name, textAt(draft.typed, path)]))

function textAt(typed: Typed, path: string): string {
  const value = typed[`/${path.replaceAll('.', '/')}`]
  return typeof value === 'string' ? value.trim() : ''
}

const isOnPage = (form: Form, lookup: Lookup, address: string): boolean =>
  form.steps.some((step) => step.kind === 'questions' && step.id === address && step.fields.includes(lookup.choice))

function nextPath(draft: Draft, typed: Typed): string {
  const next = resumeStep(draft.form, typed, { today: draft.today })
  return next.kind === 'review' ? `/antrag/${draft.row.id}/pruefen` : `/antrag/${draft.row.id}/${next.address}`
}

const isEqual = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.keys({ ...one, ...other }).every((name) => one[name] === other[name])
