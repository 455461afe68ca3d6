import { describe, expect, it } from 'vitest'
import type { Actor, StaffRole } from '../lib/actor.ts'
import { ACTIONS, type Action, authorize, can, type Facts } from './permissions.ts'

const staff = (role: StaffRole): Actor => ({
  kind: 'staff',
  sessionId: 's',
  userId: 'me',
  name: 'Name',
  roles: [role],
  postboxes: ['steuern'],
})
const grants = [
  { kind: 'draft', id: 'my-draft' },
  { kind: 'vorgang', id: 'my-vorgang' },
  { kind: 'invitation', id: 'my-invitation' },
] as const
const actors: Readonly<Record<string, Actor>> = {
  public: { kind: 'public' },
  citizen: { kind: 'citizen', sessionId: 's', grants },
  clerk: staff('clerk'),
  lead: staff('lead'),
  editor: staff('editor'),
  operator: staff('operator'),
  system: { kind: 'system', principal: 'cli' },
}
const own: Facts = {
  draftId: 'my-draft',
  vorgangId: 'my-vorgang',
  invitationId: 'my-invitation',
  postboxes: ['steuern'],
  preparedBy: 'other',
  ofUser: 'me',
}
const foreign: Facts = {
  draftId: 'x',
  vorgangId: 'x',
  invitationId: 'x',
  postboxes: ['ordnung'],
  preparedBy: 'other',
  ofUser: 'other',
}

/** `all`: whatever the thing; `own`: own ones only; `-`: never. */
function cellOf(actor: Actor, action: Action): string {
  const answers = [own, foreign, {}].map((facts) => can(actor, action, facts))
  return answers.every((answer) => answer) ? 'all' : answers.some((answer) => answer) ? 'own' : '-'
}

const MATRIX = `
                            public citizen clerk lead editor operator system
catalogue.read              all    all     all   all  all    all      all
search.read                 all    all     all   all  all    all      all
session.start               all    all     all   all  all    all      all
session.read                all    all     all   all  all    all      all
session.end                 all    all     all   all  all    all      all
draft.start                 all    all     -     -    -      -        -
draft.read                  -      own     -     -    -      -        -
draft.write                 -      own     -     -    -      -        -
draft.submit                -      own     -     -    -      -        -
invitation.read             -      own     -     -    -      -        -
invitation.answer           -      own     -     -    -      -        -
upload.write                -      own     -     -    -      -        -
upload.read                 -      own     -     -    -      -        -
status.sign-in              all    all     -     -    -      -        -
status.read                 -      own     -     -    -      -        -
receipt.read                -      own     -     -    -      -        -
request.answer              -      own     -     -    -      -        -
act.perform                 -      own     -     -    -      -        -
mail.hand-over              -      -       -     -    -      -        all
inspection.read             -      own     -     -    -      -        -
notice.read                 -      own     own   own  -      -        -
payment.read                -      own     -     -    -      -        -
payment.start               -      own     -     -    -      -        -
payment.hear                all    all     -     -    -      -        -
document.read               -      own     own   own  -      -        -
account.read                -      -       -     -    -      -        -
account.write               -      -       -     -    -      -        -
postbox.list                -      -       own   own  -      -        -
postbox.export              -      -       own   own  -      -        -
postbox.take                -      -       own   own  -      -        -
postbox.return              -      -       own   own  -      -        -
postbox.move                -      -       own   own  -      -        -
vorgang.read                -      -       own   own  -      -        -
vorgang.find                -      -       own   own  -      -        -
vorgang.request-information -      -       own   own  -      -        -
vorgang.decide              -      -       own   own  -      -        -
deadline.change             -      -       own   own  -      -        -
vorgang.co-sign             -      -       -     own  -      -        -
paper.take-in               -      -       all   all  -      -        -
errand.finish               -      -       own   own  -      -        -
point.check                 -      -       own   own  -      -        -
note.write                  -      -       own   own  -      -        -
order.give                  -      -       own   own  -      -        -
order.answer                -      -       own   own  -      -        -
access.request              -      -       own   own  -      -        -
access.confirm              -      -       own   own  -      -        -
eakte.read                  -      -       own   own  -      -        -
absence.read                -      -       own   own  -      -        -
absence.set                 -      -       own   own  -      -        -
content.sync                -      -       -     -    all    -        all
content.publish             -      -       -     -    all    -        all
content.edit                -      -       -     -    all    -        -
law.propose                 -      -       -     -    all    -        -
law.release                 -      -       -     -    own    -        -
`
const [header = [], ...rows] = MATRIX.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
const cases = rows.flatMap(([action = '', ...cells]) =>
  header.map((who, index) => [who, action, cells[index]] as const),
)

describe('can', () => {
  it('has a row of the matrix for each action, and none besides', () => {
    expect(rows.map(([action]) => action)).toEqual(ACTIONS)
    expect(header).toEqual(Object.keys(actors))
  })

  it.each(cases)('%s · %s: %s', (who, action, expected) => {
    const actor = actors[who]
    expect(actor && cellOf(actor, action as Action)).toBe(expected)
  })

  it('denies an action nobody wrote into the table, also names every object has', () => {
    for (const action of ['vorgang.delete', 'constructor', '__proto__', 'toString'] as string[] as Action[]) {
      expect(Object.values(actors).some((actor) => can(actor, action, own))).toBe(false)
    }
  })

  it('denies where a fact the rule needs is missing', () => {
    expect(can(staff('lead'), 'vorgang.co-sign', { postboxes: ['steuern'] })).toBe(false)
    expect(can(staff('clerk'), 'vorgang.read', { postboxes: [] })).toBe(false)
  })

  it('opens an account to whoever is signed in with one', () => {
    const account = { id: 'a', kind: 'person', trustLevel: 'basic' } as const
    const actor: Actor = { kind: 'citizen', sessionId: 's', grants: [], account }
    expect(ACTIONS.filter((action) => can(actor, action)).filter((action) => action.startsWith('account.'))).toEqual([
      'account.read',
      'account.write',
    ])
  })

  it('denies a draft to whom a Vorgang of the same id is granted', () => {
    const actor: Actor = { kind: 'citizen', sessionId: 's', grants: [{ kind: 'vorgang', id: 'one' }] }
    expect(can(actor, 'draft.read', { draftId: 'one' })).toBe(false)
  })

  it('opens nothing of a draft or a Vorgang to whom only an invitation is granted', () => {
    const actor: Actor = { kind: 'citizen', sessionId: 's', grants: [{ kind: 'invitation', id: 'one' }] }
    const facts: Facts = { draftId: 'one', vorgangId: 'one', invitationId: 'one' }
    const opened = ACTIONS.filter(
      (action) => can(actor, action, facts) && !can({ ...actor, grants: [] }, action, facts),
    )
    expect(opened).toEqual(['invitation.read', 'invitation.answer'])
  })

  it('denies everything to staff without a role, and the second pair of eyes to whoever prepared', () => {
    const nobody: Actor = { ...staff('clerk'), roles: [] } as Actor
    expect(ACTIONS.filter((action) => can(nobody, action, own))).toEqual([])
    expect(can(staff('lead'), 'vorgang.co-sign', { ...own, preparedBy: 'me' })).toBe(false)
    expect(can(staff('clerk'), 'access.confirm', { ...own, preparedBy: 'me' })).toBe(false)
  })
})

describe('authorize', () => {
  const statusOf = (actor: Actor | undefined, action: Action, facts: Facts): unknown => {
    try {
      actor && authorize(actor, action, facts)
      return 'passes'
    } catch (error) {
      return (error as { status: number }).status
    }
  }

  it.each([
    ['clerk', 'vorgang.read', own, 'passes'],
    ['clerk', 'vorgang.read', foreign, 404],
    ['clerk', 'vorgang.co-sign', own, 403],
    ['lead', 'vorgang.co-sign', { ...own, preparedBy: 'me' }, 403],
    ['lead', 'vorgang.co-sign', foreign, 404],
    ['citizen', 'status.read', foreign, 404],
    ['citizen', 'vorgang.read', own, 403],
    ['public', 'draft.read', own, 401],
    ['citizen', 'account.read', own, 401],
    ['clerk', 'account.read', own, 403],
    ['editor', 'vorgang.read', foreign, 403],
    ['clerk', 'absence.set', { ...own, ofUser: 'other' }, 403],
    ['clerk', 'absence.set', foreign, 404],
    ['lead', 'absence.set', { ...own, ofUser: 'other' }, 'passes'],
    ['lead', 'absence.set', foreign, 404],
  ] as const)('%s · %s %o: %s', (who, action, facts, expected) => {
    expect(statusOf(actors[who], action, facts)).toBe(expected)
  })
})
