import * as v from 'valibot'
import type { Actor, StoodIn } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { addDays, isRealDay } from '../lib/deadlines.ts'
import { type Issue, problemType } from '../lib/problem.ts'
import type { IdentityCtx, Person } from './identity.ts'
import { authorize } from './permissions.ts'
import { findPerson, readTeams } from './recheck.ts'
import {
  type AbsenceRow,
  endAbsence,
  findAbsence,
  insertAbsence,
  listAbsences,
  listStandingIn,
  listStoodIn,
} from './store-absences.ts'

/** An absence as pages show it. Why somebody is absent is nobody's business. */
export type AbsenceView = {
  readonly id: string
  readonly name: string
  readonly substitute: string | null
  readonly fromOn: string
  readonly untilOn: string
  readonly isNow: boolean
}
type Named = { readonly id: string; readonly name: string }
export type AbsencePage = {
  readonly today: string
  /** Latest day that can be entered. */
  readonly lastOn: string
  /** Whose absences can be set here. */
  readonly person: Named & { readonly isMe: boolean }
  /** Who can stand in for them: colleagues of a shared team. */
  readonly substitutes: readonly Named[]
  readonly absences: readonly AbsenceView[]
  /** Of a lead: who else works in their teams, and what is set for them. */
  readonly members: readonly Named[]
  readonly team: readonly AbsenceView[]
  /** For whom the reader stands in, now or later. */
  readonly standsInFor: readonly AbsenceView[]
}
export type AbsenceInput = {
  /** Whose; one's own where absent. */
  readonly person?: string | undefined
  readonly from: string
  readonly until: string
  /** Nobody where absent or empty. */
  readonly substitute?: string | undefined
}

export const absenceWrong = problemType('identity/absence-wrong', 422)
export const absenceMissing = problemType('identity/absence-missing', 404)
export const absenceChanged = problemType('identity/absence-changed', 409)

/** A year too many is a slip; a parental leave is not. */
const DAYS_MAX = 3 * 366

/** For whom somebody stands in today: asked anew with each request, of this person alone and never on to a third. */
export async function readStoodIn(ctx: IdentityCtx, userId: string): Promise<readonly StoodIn[]> {
  const ids = await listStoodIn(ctx.db, userId, dayInBerlin(ctx.now()))
  const people = await Promise.all(ids.map((id) => findPerson(ctx, id)))
  return people.flatMap((person) => (person === undefined ? [] : [{ userId: person.userId, name: person.name }]))
}

/**
 * Says which absences are set for somebody, and who could stand in. A person reads their own, a lead those of their teams;
 * of anybody else it answers 403 within the team and 404 outside.
 */
export async function readAbsences(ctx: IdentityCtx, actor: Actor, personId?: string): Promise<AbsencePage> {
  const person = await personFor(ctx, actor, 'absence.read', personId)
  const me = staffOf(actor)
  const today = dayInBerlin(ctx.now())
  const [colleagues, ofTeams] = await Promise.all([
    readTeams(ctx, person.teams),
    me.roles.includes('lead') ? readTeams(ctx, me.postboxes) : [],
  ])
  const members = ofTeams.filter((one) => one.userId !== me.userId && worksOnCases(one))
  const [own, team, mine] = await Promise.all([
    listAbsences(ctx.db, [person.userId], today),
    listAbsences(ctx.db, members.map((one) => one.userId), today), // biome-ignore format: one thought
    listStandingIn(ctx.db, me.userId, today),
  ])
  const view = (rows: readonly AbsenceRow[]) => Promise.all(rows.map((row) => viewOf(ctx, row, today)))
  return {
    today,
    lastOn: addDays(today, DAYS_MAX),
    person: { id: person.userId, name: person.name, isMe: person.userId === me.userId },
    substitutes: colleagues
      .filter((one) => mayStandIn(one, person))
      .map(named)
      .sort(byName),
    absences: await view(own),
    members: members.map(named).sort(byName),
    team: await view(team),
    standsInFor: await view(mine),
  }
}

/**
 * Enters an absence: one's own, or as a lead that of somebody in one's teams. Takes effect with the next request.
 * Throws `identity/absence-wrong` (422) with what is wrong at which field: days that are none, past, in the wrong order or too
 * far off, days of another absence, and a substitute who is the person or shares no team with them.
 */
export async function setAbsence(
  ctx: IdentityCtx,
  actor: Actor,
  input: AbsenceInput,
): Promise<{ readonly absenceId: string; readonly userId: string }> {
  const person = await personFor(ctx, actor, 'absence.set', input.person)
  const substitute = input.substitute === undefined || input.substitute === '' ? null : input.substitute
  const today = dayInBerlin(ctx.now())
  const colleagues = substitute === null ? [] : await readTeams(ctx, person.teams)
  const isColleague = colleagues.some((one) => one.userId === substitute && mayStandIn(one, person))
  const wrong = [
    ...wrongDays(input, today),
    ...(substitute === null || isColleague
      ? []
      : [at('substitute', substitute === person.userId ? 'self' : 'stranger')]),
  ]
  if (wrong.length > 0) {
    throw absenceWrong('absence', { errors: wrong })
  }
  const row = {
    id: ctx.newId(),
    userId: person.userId,
    substituteId: substitute,
    fromOn: input.from,
    untilOn: input.until,
    setBy: staffOf(actor).userId,
  }
  if (!(await ctx.write({ guards: [insertAbsence(row)] })).ok) {
    throw absenceWrong('absence', { errors: [at('from', 'overlaps')] })
  }
  ctx.log('absence-set', { actor: `staff:${row.setBy}`, absence: row.id })
  return { absenceId: row.id, userId: person.userId }
}

/** Ends an absence at once, also before it began; ended once more it stays so. Rights as for setting it. */
export async function endAbsenceNow(
  ctx: IdentityCtx,
  actor: Actor,
  id: string,
): Promise<{ readonly absenceId: string; readonly userId: string }> {
  const row = await findAbsence(ctx.db, id)
  if (row === undefined) {
    authorize(actor, 'absence.set', {})
    throw absenceMissing(`absence ${id}`)
  }
  await personFor(ctx, actor, 'absence.set', row.userId)
  if (row.state === 'set') {
    if (!(await ctx.write({ guards: [endAbsence(row)] })).ok) {
      throw absenceChanged(`absence ${id}`)
    }
    ctx.log('absence-ended', { actor: `staff:${staffOf(actor).userId}`, absence: id })
  }
  return { absenceId: id, userId: row.userId }
}

type Staff = Actor & { kind: 'staff' }

/** Whom it is about, if the actor may do it; teams of one's own are those of this moment. */
async function personFor(
  ctx: IdentityCtx,
  actor: Actor,
  action: 'absence.read' | 'absence.set',
  personId: string | undefined,
): Promise<Person> {
  if (actor.kind === 'staff' && (personId === undefined || personId === actor.userId)) {
    const { userId, name, roles, postboxes } = actor
    authorize(actor, action, { ofUser: userId, postboxes })
    return { userId, name, roles, teams: postboxes }
  }
  const person = personId === undefined ? undefined : await findPerson(ctx, personId)
  authorize(actor, action, person === undefined ? {} : { ofUser: person.userId, postboxes: person.teams })
  if (person === undefined) {
    throw absenceMissing(`person ${personId}`)
  }
  return person
}

/** The actor, once a rule for staff has let them pass. */
function staffOf(actor: Actor): Staff {
  if (actor.kind !== 'staff') {
    throw absenceMissing('no member of staff')
  }
  return actor
}

const Day = v.pipe(v.string(), v.isoDate(), v.check(isRealDay))

function wrongDays({ from, until }: AbsenceInput, today: string): readonly Issue[] {
  const lastOn = addDays(today, DAYS_MAX)
  const typeOf = (day: string, earliestOn: string, tooEarly: string): string | null => {
    if (!v.is(Day, day)) {
      return 'missing'
    }
    return day < earliestOn ? tooEarly : day > lastOn ? 'too-far' : null
  }
  const wrongFrom = typeOf(from, today, 'past')
  const wrongUntil = typeOf(until, wrongFrom === null ? from : today, wrongFrom === null ? 'before' : 'past')
  return [
    ...(wrongFrom === null ? [] : [at('from', wrongFrom)]),
    ...(wrongUntil === null ? [] : [at('until', wrongUntil)]),
  ]
}

const at = (field: string, type: string): Issue => ({ pointer: `/${field}`, type })

const worksOnCases = ({ roles }: Person): boolean => roles.includes('clerk') || roles.includes('lead')
const mayStandIn = (one: Person, person: Person): boolean =>
  one.userId !== person.userId && worksOnCases(one) && one.teams.some((team) => person.teams.includes(team))

async function viewOf(ctx: IdentityCtx, row: AbsenceRow, today: string): Promise<AbsenceView> {
  const [person, substitute] = await Promise.all([
    findPerson(ctx, row.userId),
    row.substituteId === null ? undefined : findPerson(ctx, row.substituteId),
  ])
  return {
    id: row.id,
    name: person?.name ?? '',
    substitute: substitute?.name ?? null,
    fromOn: row.fromOn,
    untilOn: row.untilOn,
    isNow: row.fromOn <= today,
  }
}

const named = ({ userId, name }: Person): Named => ({ id: userId, name })
const byName = (a: Named, b: Named): number => a.name.localeCompare(b.name, 'de')
