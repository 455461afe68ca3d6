import { createHmac } from 'node:crypto'
import * as v from 'valibot'
import { TOWN_KEY } from '../keys/keyring.ts'
import type { IdentityCtx, Person, Rights } from './identity.ts'
import { planEndSession } from './plan.ts'
import type { Claims, ClaimsAnswer, IdentityProvider } from './provider.ts'
import { findStaff, listStaff, type Session, type StaffRow, storeSealed, touchSession, updateStaff } from './store.ts'

/** How long rights last while the provider cannot be reached; then nothing is allowed. */
const OUTAGE_MS = 15 * 60_000
const DOWN_PAUSE_MS = 5_000
/** An unchanged answer is written down at most this often. */
const STORE_MS = 60_000

const Sealed = v.strictObject({ v: v.literal(1), subject: v.string(), tokens: v.string(), checkedAtMs: v.number() })
const StoredRights = v.object({
  roles: v.array(v.picklist(['clerk', 'lead', 'editor', 'operator'])),
  teams: v.array(v.string()),
})

/** What a staff session keeps sealed: the provider's tokens, and when it last vouched for the person. */
export type SealedSession = v.InferOutput<typeof Sealed>
type StaffSession = Session & { readonly userId: string }

/**
 * Says who a live staff session belongs to and what they may do now, asking the provider when its last word is older
 * than `recheckMs`. Null where the provider refuses (the session then has ended), or was out of reach for 15 minutes.
 */
export async function findCurrentPerson(ctx: IdentityCtx, session: StaffSession): Promise<Person | null> {
  const running = ctx.identity.asking.get(session.id)
  if (running !== undefined) {
    return await running
  }
  const asking = checkPerson(ctx, session).finally(() => ctx.identity.asking.delete(session.id))
  ctx.identity.asking.set(session.id, asking)
  return await asking
}

/** Seals what a session must remember of the provider. */
export const sealSession = (ctx: IdentityCtx, sessionId: string, content: SealedSession): Promise<Buffer> =>
  ctx.keyring.sealJson(TOWN_KEY, sealedSpot(sessionId), content)

/** What is stored of a person's claims; the name is sealed, rights are codes. */
export async function staffRow(
  ctx: IdentityCtx,
  id: string,
  claims: Claims,
): Promise<Pick<StaffRow, 'id' | 'nameSealed' | 'claims' | 'claimsAtMs'>> {
  const nameSealed = await ctx.keyring.seal(TOWN_KEY, nameSpot(id), claims.name)
  return { id, nameSealed, claims: rightsJson(claims), claimsAtMs: ctx.now() }
}

/** The subject as it is stored: keyed, because providers use sign-in names as subjects. */
export const subjectKey = (ctx: IdentityCtx, issuer: string, subject: string): string =>
  createHmac('sha256', ctx.keyring.purpose('staff-subject')).update(`${issuer}\u0000${subject}`).digest('hex')

async function checkPerson(ctx: IdentityCtx, session: StaffSession): Promise<Person | null> {
  const { provider, settings } = ctx.identity
  const [row, content] = [await findStaff(ctx.db, session.userId), await openSealed(ctx, session)]
  if (provider === null || row === undefined || row.issuer !== provider.issuer || content === null) {
    return null
  }
  const nowMs = ctx.now()
  const ageMs = nowMs - content.checkedAtMs
  if (ageMs < settings.recheckMs) {
    await touch(ctx, session)
    return await personOf(ctx, row)
  }
  const answer = await askProvider(ctx, provider, content)
  if (answer.kind === 'refused') {
    await ctx.write(planEndSession(session.id, nowMs))
    ctx.log('session-ended', { actor: `staff:${row.id}`, reason: 'provider-refused' })
    return null
  }
  if (answer.kind === 'unavailable') {
    return ageMs < OUTAGE_MS ? await personOf(ctx, row) : null
  }
  await storeAnswer(ctx, session, row, content, answer)
  return { userId: row.id, name: answer.claims.name, roles: answer.claims.roles, teams: answer.claims.teams }
}

async function askProvider(
  ctx: IdentityCtx,
  provider: IdentityProvider,
  content: SealedSession,
): Promise<ClaimsAnswer> {
  if (ctx.now() < ctx.identity.downUntilMs) {
    return { kind: 'unavailable' }
  }
  const answer = await provider.ask(content.tokens, content.subject)
  if (answer.kind === 'unavailable') {
    ctx.identity.downUntilMs = ctx.now() + DOWN_PAUSE_MS
    ctx.log('provider-unavailable', { reason: 'recheck' })
  }
  return answer
}

async function storeAnswer(
  ctx: IdentityCtx,
  session: StaffSession,
  row: StaffRow,
  content: SealedSession,
  { claims, tokens }: Extract<ClaimsAnswer, { kind: 'current' }>,
): Promise<void> {
  const nowMs = ctx.now()
  const known = await personOf(ctx, row)
  const isSame = rightsJson(known) === rightsJson(claims) && known.name === claims.name && tokens === content.tokens
  if (isSame && nowMs - content.checkedAtMs < STORE_MS) {
    return
  }
  const sealed = await sealSession(ctx, session.id, { ...content, tokens, checkedAtMs: nowMs })
  const person = updateStaff(await staffRow(ctx, row.id, claims))
  await ctx.write({ statements: [storeSealed(session.id, sealed, nowMs), person] })
}

async function touch(ctx: IdentityCtx, session: Session): Promise<void> {
  if (ctx.now() - session.seenAtMs >= STORE_MS) {
    await ctx.write({ statements: [touchSession(session.id, ctx.now())] })
  }
}

/**
 * Lists who works in a team, by what the provider said of them last. Whoever has left since is found out when they act, not
 * here.
 */
export const readTeam = (ctx: IdentityCtx, team: string): Promise<readonly Person[]> => readTeams(ctx, [team])

/** Lists who works in any of some teams, each once; as {@link readTeam}. */
export async function readTeams(ctx: IdentityCtx, teams: readonly string[]): Promise<readonly Person[]> {
  const rows = await listStaff(ctx.db)
  const members = rows.filter(({ claims }) =>
    v.parse(StoredRights, JSON.parse(claims)).teams.some((team) => teams.includes(team)),
  )
  return await Promise.all(members.map((row) => personOf(ctx, row)))
}

/** Finds a member of staff with what the provider said of them last. */
export async function findPerson(ctx: IdentityCtx, userId: string): Promise<Person | undefined> {
  const row = await findStaff(ctx.db, userId)
  return row === undefined ? undefined : await personOf(ctx, row)
}

async function personOf(ctx: IdentityCtx, row: StaffRow): Promise<Person> {
  const name = (await ctx.keyring.open(TOWN_KEY, nameSpot(row.id), row.nameSealed)).toString('utf8')
  return { userId: row.id, name, ...v.parse(StoredRights, JSON.parse(row.claims)) }
}

async function openSealed(ctx: IdentityCtx, session: Session): Promise<SealedSession | null> {
  return session.sealed === null
    ? null
    : v.parse(Sealed, await ctx.keyring.openJson(TOWN_KEY, sealedSpot(session.id), session.sealed))
}

const rightsJson = ({ roles, teams }: Rights): string =>
  JSON.stringify({ v: 1, roles: [...roles].sort(), teams: [...teams].sort() })
const sealedSpot = (row: string) => ({ table: 'sessions', row, column: 'sealed' })
const nameSpot = (row: string) => ({ table: 'staff', row, column: 'name_sealed' })
