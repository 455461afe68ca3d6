import { notFound } from '../http/problem.ts'
import { notAllowed, notSignedIn } from '../http/route.ts'
import type { Actor, Grant, StaffRole } from '../lib/actor.ts'

/** Everything somebody can ask for. An action that is not in the table is refused to all. */
export type Action = keyof typeof TABLE

/** What the caller knows of the thing acted on. A fact that a rule needs and that is missing refuses. */
export type Facts = {
  readonly draftId?: string
  readonly vorgangId?: string
  readonly invitationId?: string
  /** Postboxes through which staff reach the thing: that of the Vorgang, those of an eAkte's Vorgänge, a person's teams. */
  readonly postboxes?: readonly string[]
  /** User id of the member of staff whom the thing is about. */
  readonly ofUser?: string
  /** User id of whoever prepared what a second person is to sign or confirm. */
  readonly preparedBy?: string
}

type Kind = 'public' | 'citizen' | StaffRole | 'system'
type Rule =
  | 'always'
  | 'signed-in'
  | 'own-draft'
  | 'own-vorgang'
  | 'own-either'
  | 'own-invitation'
  | 'in-team'
  | 'in-team-not-preparer'
  | 'not-preparer'
  | 'about-me'
  | 'about-me-or-team'
type Row = Partial<Record<Kind, Rule>>

const EVERYBODY: Row = {
  public: 'always',
  citizen: 'always',
  clerk: 'always',
  lead: 'always',
  editor: 'always',
  operator: 'always',
  system: 'always',
}
const OUTSIDE: Row = { public: 'always', citizen: 'always' }
const CASEWORK: Row = { clerk: 'in-team', lead: 'in-team' }
const EDITORIAL: Row = { editor: 'always', system: 'always' }

/** Action × role. What stands nowhere is denied. */
const TABLE = {
  'catalogue.read': EVERYBODY,
  'search.read': EVERYBODY,
  'session.start': EVERYBODY,
  'session.read': EVERYBODY,
  'session.end': EVERYBODY,
  'draft.start': OUTSIDE,
  'draft.read': { citizen: 'own-draft' },
  'draft.write': { citizen: 'own-draft' },
  'draft.submit': { citizen: 'own-draft' },
  'invitation.read': { citizen: 'own-invitation' },
  'invitation.answer': { citizen: 'own-invitation' },
  'upload.write': { citizen: 'own-either' },
  'upload.read': { citizen: 'own-either' },
  'status.sign-in': OUTSIDE,
  'status.read': { citizen: 'own-vorgang' },
  'receipt.read': { citizen: 'own-vorgang' },
  'request.answer': { citizen: 'own-vorgang' },
  'act.perform': { citizen: 'own-vorgang' },
  'mail.hand-over': { system: 'always' },
  'inspection.read': { citizen: 'own-vorgang' },
  'notice.read': { citizen: 'own-vorgang', ...CASEWORK },
  'payment.read': { citizen: 'own-vorgang' },
  'payment.start': { citizen: 'own-vorgang' },
  'payment.hear': OUTSIDE,
  'document.read': { citizen: 'own-vorgang', ...CASEWORK },
  'account.read': { citizen: 'signed-in' },
  'account.write': { citizen: 'signed-in' },
  'postbox.list': CASEWORK,
  'postbox.export': CASEWORK,
  'postbox.take': CASEWORK,
  'postbox.return': CASEWORK,
  'postbox.move': CASEWORK,
  'vorgang.read': CASEWORK,
  'vorgang.find': CASEWORK,
  'vorgang.request-information': CASEWORK,
  'vorgang.decide': CASEWORK,
  'deadline.change': CASEWORK,
  'vorgang.co-sign': { lead: 'in-team-not-preparer' },
  'paper.take-in': { clerk: 'always', lead: 'always' },
  'errand.finish': CASEWORK,
  'point.check': CASEWORK,
  'note.write': CASEWORK,
  'order.give': CASEWORK,
  'order.answer': CASEWORK,
  'access.request': CASEWORK,
  'access.confirm': { clerk: 'in-team-not-preparer', lead: 'in-team-not-preparer' },
  'eakte.read': CASEWORK,
  'absence.read': { clerk: 'about-me', lead: 'about-me-or-team' },
  'absence.set': { clerk: 'about-me', lead: 'about-me-or-team' },
  'content.sync': EDITORIAL,
  'content.publish': EDITORIAL,
  'content.edit': { editor: 'always' },
  'law.propose': { editor: 'always' },
  'law.release': { editor: 'not-preparer' },
} as const satisfies Record<string, Row>

/** Every action of the table, for tests and docs. */
export const ACTIONS = Object.keys(TABLE) as readonly Action[]

/**
 * Decides whether `actor` may do `action` with the thing that `facts` describe. Pure; denies what it does not know.
 * Citizens are judged by their grants, staff by role and membership of a postbox's team, four eyes by who prepared.
 */
export const can = (actor: Actor, action: Action, facts: Facts = {}): boolean =>
  rulesOf(actor, action).some((rule) => holds(rule, actor, facts))

/**
 * Passes where `can` does. Throws otherwise: `http/not-signed-in` (401) to the public, `http/not-allowed` (403) to whom
 * the action is never open or who prepared what is to be co-signed, `http/not-found` (404) to whom only this thing is
 * foreign, so that its existence cannot be learned.
 */
export function authorize(actor: Actor, action: Action, facts: Facts = {}): void {
  if (can(actor, action, facts)) {
    return
  }
  const rules = rulesOf(actor, action)
  if (rules.includes('signed-in')) {
    throw notSignedIn(`action ${action}`)
  }
  if (rules.length > 0 && !rules.includes('not-preparer') && !isInTeam(actor, facts)) {
    throw notFound()
  }
  throw actor.kind === 'public' ? notSignedIn(`action ${action}`) : notAllowed(`action ${action}`)
}

function rulesOf(actor: Actor, action: Action): readonly Rule[] {
  const row: Row = Object.hasOwn(TABLE, action) ? TABLE[action] : {}
  const kinds: readonly Kind[] = actor.kind === 'staff' ? actor.roles : [actor.kind]
  return kinds.flatMap((kind) => row[kind] ?? [])
}

function holds(rule: Rule, actor: Actor, facts: Facts): boolean {
  switch (rule) {
    case 'always':
      return true
    case 'signed-in':
      return actor.kind === 'citizen' && actor.account !== undefined
    case 'own-draft':
      return hasGrant(actor, 'draft', facts.draftId)
    case 'own-vorgang':
      return hasGrant(actor, 'vorgang', facts.vorgangId)
    case 'own-either':
      return hasGrant(actor, 'draft', facts.draftId) || hasGrant(actor, 'vorgang', facts.vorgangId)
    case 'own-invitation':
      return hasGrant(actor, 'invitation', facts.invitationId)
    case 'in-team':
      return isInTeam(actor, facts)
    case 'in-team-not-preparer':
      return isInTeam(actor, facts) && isOtherPerson(actor, facts)
    case 'not-preparer':
      return isOtherPerson(actor, facts)
    case 'about-me':
      return isAboutMe(actor, facts)
    case 'about-me-or-team':
      return isAboutMe(actor, facts) || isInTeam(actor, facts)
  }
}

const hasGrant = (actor: Actor, kind: Grant['kind'], id: string | undefined): boolean =>
  actor.kind === 'citizen' && id !== undefined && actor.grants.some((grant) => grant.kind === kind && grant.id === id)

const isInTeam = (actor: Actor, facts: Facts): boolean =>
  actor.kind === 'staff' && (facts.postboxes ?? []).some((postbox) => actor.postboxes.includes(postbox))

const isAboutMe = (actor: Actor, facts: Facts): boolean => actor.kind === 'staff' && actor.userId === facts.ofUser

const isOtherPerson = (actor: Actor, facts: Facts): boolean =>
  actor.kind === 'staff' && facts.preparedBy !== undefined && facts.preparedBy !== actor.userId
