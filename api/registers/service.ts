import * as v from 'valibot'
import type { Plan } from '../../db/batch.ts'
import type { ContentCtx } from '../content/access.ts'
import type { Content } from '../content/snapshot.ts'
import type { IdentityCtx } from '../identity/identity.ts'
import { readIdentified } from '../identity/service-accounts.ts'
import type { KeysCtx } from '../keys/keyring.ts'
import type { Actor } from '../lib/actor.ts'
import type { Ctx } from '../lib/ctx.ts'
import { problemType } from '../lib/problem.ts'
import { isAtLeast } from '../lib/trust-level.ts'
import { isSamePerson } from './match.ts'
import type { RegisterAnswer, RegisterPerson, RegisterSource } from './register.ts'
import { answerLookup, decideLookup, insertLookup, type LookupRow, listOfDraft, listOfVorgang } from './store.ts'

export { checkLookups } from './service-checks.ts'

export const identityMissing = problemType('registers/identity-missing', 403)
export const nothingFound = problemType('registers/nothing-found', 409)

export type RegistersCtx = Ctx &
  KeysCtx &
  ContentCtx &
  IdentityCtx & {
    /** The register of that id; null where its address is not set. */
    readonly register: (id: string) => RegisterSource | null
  }
export type Lookup = NonNullable<ReturnType<Content['services']['get']>>['lookups'][number]
export type LookupState = LookupRow['state']

/** One question to a register as the person and the clerk read it. */
export type LookupView = {
  readonly id: string
  readonly lookup: string
  readonly registerName: string
  readonly purpose: string
  readonly legalBasis: string
  readonly consentAtMs: number
  readonly answeredAtMs: number | null
  readonly state: LookupState
  /** What the register said, in its words; empty where nothing was kept. */
  readonly values: readonly { readonly label: string; readonly value: string }[]
}

const Record_ = v.object({
  v: v.literal(1),
  query: v.record(v.string(), v.string()),
  values: v.record(v.string(), v.string()),
})
/** What was asked with, and what came back. */
export type LookupRecord = Pick<v.InferOutput<typeof Record_>, 'query' | 'values'>
export type OpenLookup = { readonly row: LookupRow; readonly record: LookupRecord | null }

/** Reads the questions of a draft with what came back, oldest first. The caller has checked who asks. */
export async function readDraftLookups(ctx: RegistersCtx, draftId: string): Promise<readonly OpenLookup[]> {
  const rows = await listOfDraft(ctx.db, draftId)
  return await Promise.all(rows.map(async (row) => ({ row, record: await openRecord(ctx, row) })))
}

/** Reads the protocol of a Vorgang: which register was asked what for, when, and what became of it. The caller has checked who asks. */
export async function readVorgangLookups(
  ctx: RegistersCtx,
  of: { readonly vorgangId: string; readonly content: Content; readonly serviceSlug: string },
): Promise<readonly LookupView[]> {
  const rows = await listOfVorgang(ctx.db, of.vorgangId)
  return await Promise.all(
    rows.map(async (row) => lookupView(of.content, of.serviceSlug, { row, record: await openRecord(ctx, row) })),
  )
}

/** Words one question for those who read it. */
export function lookupView(content: Content, slug: string, { row, record }: OpenLookup): LookupView {
  const lookup = content.services.get(slug)?.lookups.find((one) => one.id === row.lookup)
  const register = content.registers.get(row.register)
  return {
    id: row.id,
    lookup: row.lookup,
    registerName: register?.name.de ?? row.register,
    purpose: lookup?.purpose.de ?? '',
    legalBasis: lookup?.legalBasis ?? '',
    consentAtMs: row.consentAtMs,
    answeredAtMs: row.answeredAtMs,
    state: row.state,
    values: Object.entries(record?.values ?? {}).flatMap(([name, value]) => {
      const label = register?.values[name]?.de
      return label === undefined ? [] : [{ label, value }]
    }),
  }
}

/** Whether somebody is sure enough who they are to ask for their own record. */
export const mayAsk = (actor: Actor, lookup: Pick<Lookup, 'trustLevel'>): boolean =>
  actor.kind === 'citizen' && actor.account?.kind === 'person' && isAtLeast(actor.account.trustLevel, lookup.trustLevel)

/**
 * Asks a register for the person's own record. The consent is durable before anything leaves; who asks is what the account
 * proved, never what was typed. A record of somebody else is refused and not kept.
 * Throws `registers/identity-missing` (403) where the account does not prove enough.
 */
export async function askRegister(
  ctx: RegistersCtx,
  actor: Actor,
  input: {
    readonly draftId: string
    readonly keyId: string
    readonly lookup: Lookup
    readonly query: Readonly<Record<string, string>>
  },
): Promise<LookupState> {
  const { draftId, keyId, lookup, query } = input
  const person = mayAsk(actor, lookup) ? await personOf(ctx, actor) : null
  if (person === null) {
    throw identityMissing(`lookup ${lookup.id}`)
  }
  const id = ctx.newId()
  const consentAtMs = ctx.now()
  const consent = insertLookup({ id, draftId, keyId, lookup: lookup.id, register: lookup.register, consentAtMs })
  await ctx.write({ statements: [consent] })
  const { legalBasis } = lookup
  const source = ctx.register(lookup.register)
  const answer: RegisterAnswer =
    source === null
      ? { kind: 'unreachable' }
      : await source.ask({ id, atMs: ctx.now(), purpose: lookup.purpose.de, legalBasis, consentAtMs, person, query })
  const state = stateOf(answer, person)
  const values = answer.kind === 'found' && state === 'found' ? answer.values : null
  const recordSealed = values === null ? null : await ctx.keyring.sealJson(keyId, spotOf(id), { v: 1, query, values })
  await ctx.write({ guards: [answerLookup(id, { state, recordSealed, answeredAtMs: ctx.now() })] })
  return state
}

/** The person takes what was found, or turns it down. Throws `registers/nothing-found` (409) where nothing waits for that. */
export function planDecide(open: OpenLookup | undefined, state: 'used' | 'rejected', atMs: number): Plan {
  if (open === undefined || open.record === null || !['found', 'used'].includes(open.row.state)) {
    throw nothingFound()
  }
  return { guards: [decideLookup(open.row.id, state, atMs)] }
}

function stateOf(answer: RegisterAnswer, person: RegisterPerson): LookupState {
  return answer.kind === 'found' && !isSamePerson(answer.person, person) ? 'wrong-person' : answer.kind
}

async function personOf(ctx: RegistersCtx, actor: Actor): Promise<RegisterPerson | null> {
  const identified = await readIdentified(ctx, actor)
  const { givenNames, familyName, birthDate } = identified?.attributes ?? {}
  return givenNames === undefined || familyName === undefined || birthDate === undefined
    ? null
    : { givenNames: givenNames.value, familyName: familyName.value, birthDate: birthDate.value }
}

const spotOf = (id: string) => ({ table: 'register_lookups', row: id, column: 'record' })

async function openRecord(ctx: RegistersCtx, row: LookupRow): Promise<LookupRecord | null> {
  return row.recordSealed === null
    ? null
    : v.parse(Record_, await ctx.keyring.openJson(row.keyId, spotOf(row.id), row.recordSealed))
}
