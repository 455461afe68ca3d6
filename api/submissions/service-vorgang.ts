import { type DeliveryView, readDeliveries } from '../connectors/service.ts'
import { readDocuments } from '../documents/service.ts'
import { readEakte, readVorgaenge, readVorgang } from '../eakten/service.ts'
import type { ApplicantKind, Form } from '../forms/model.ts'
import { applicantKind, summary } from '../forms/service.ts'
import type { SummarySection } from '../forms/view.ts'
import { authorize, can } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { type Evidence, readEvidence, type Sources } from '../identity/service-evidence.ts'
import { type JournalLine, listJournal } from '../journal/service.ts'
import { type Actor, stoodInOf } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { type RequestView, readRequests } from '../messages/service.ts'
import { type Errand, type LetterView, readErrands, readInspection, readLetters } from '../messages/service-letters.ts'
import { type DecisionView, type NoticeView, readDecision, readNotices } from '../notices/service.ts'
import {
  type ExemptionView,
  type Fee,
  foreseeFee,
  type PaymentView,
  readExemption,
  readPayments,
} from '../payments/service.ts'
import type { WaitsFor } from '../postboxes/plan.ts'
import type { Item } from '../postboxes/service.ts'
import { type LookupView, readVorgangLookups } from '../registers/service.ts'
import {
  type Case,
  itemFor,
  payUntilOn,
  readCase,
  type StateView,
  stateOf,
  type TaskView,
  taskOf,
  vorgangMissing,
  waitOf,
} from '../workflow/service.ts'
import { type AccessView, readAccess } from './access-renewal.ts'
import type { SubmissionsCtx } from './ctx.ts'
import type { Participation } from './invitations.ts'
import { type PointView, readPoints } from './points.ts'
import { type DocumentView, documentViews } from './service-case-documents.ts'
import { readAnswers, readJudgement, readParticipations } from './service-copy.ts'
import { noteRead } from './service-reads.ts'
import { readSent, type SentView } from './service-sent.ts'
import { sourceMark } from './source-mark.ts'

export type JournalView = Pick<JournalLine, 'seq' | 'type' | 'atMs' | 'body'> & {
  /** Who: name of a member of staff, or a code that the page words (`citizen`, `system:process`). */
  readonly actor: string
  /** Name of the absent colleague for whom that was done. */
  readonly instead: string | null
}
export type VorgangView = {
  readonly id: string
  readonly reference: string
  readonly aktenzeichen: string
  readonly eakteId: string
  readonly service: { readonly slug: string; readonly title: string }
  readonly postbox: { readonly id: string; readonly name: string }
  readonly state: StateView | null
  /** Id of the item in a postbox through which this person works on it. */
  readonly itemId: string
  readonly itemState: 'open' | 'waiting' | 'done'
  readonly dueOn: string
  readonly receivedAtMs: number
  /** `isStoodIn`: the reader stands in for them today. */
  readonly assignee: { readonly name: string; readonly isMe: boolean; readonly isStoodIn: boolean } | null
  /** The one next action; null where nothing is to be done, or by nobody here. */
  readonly task: TaskView | null
  /** What is open at the same time besides. */
  readonly beside: readonly {
    readonly title: string
    readonly postbox: string
    readonly assignee: string | null
    readonly dueOn: string
  }[]
  /** It lies in a postbox of this person; false for an office that only takes part. */
  readonly isLead: boolean
  /** What the task's outcomes that ask for a fee will ask for; null where none does, or where it cannot be told. */
  readonly feeAhead: (Pick<Fee, 'items' | 'totalCents'> & { readonly isDemo: boolean }) | null
  /** Whom or what the process waits for where there is no task; null where it waits for nothing. */
  readonly waitsFor: WaitsFor | null
  /** With the German words of the form, whatever language the person read it in: their copy is among the documents. */
  readonly answers: readonly SummarySection[]
  /** How the applicant was identified; null for a guest. */
  readonly identity: (NonNullable<Evidence['account']> & { readonly isWrittenFormReplaced: boolean }) | null
  /** For whom they apply; null where the form does not ask. */
  readonly applicant: ApplicantKind | null
  /** Who agreed or answered a page beside them. */
  readonly participants: readonly Participation[]
  /** What was found about who may apply; null where nothing is asked. */
  readonly eligibility: {
    readonly outcome: string
    readonly unmet: readonly string[]
    readonly unclear: readonly string[]
  } | null
  /** Rules in words that a clerk looks at in each case: the form does not check them. */
  readonly toCheck: readonly PointView[]
  readonly documents: readonly DocumentView[]
  readonly requests: readonly RequestView[]
  readonly decision: DecisionView | null
  readonly notices: readonly NoticeView[]
  readonly payments: readonly PaymentView[]
  /** Last day for paying what is open, as the person reads it; null where nothing is, or where the process waits without an end. */
  readonly payUntilOn: string | null
  readonly exemption: ExemptionView | null
  /** Which registers were asked what for, when, and what became of it. */
  readonly lookups: readonly LookupView[]
  readonly deliveries: readonly DeliveryView[]
  readonly journal: readonly JournalView[]
  readonly kind: Case['vorgang']['kind']
  /** Everything the person sent after the application, oldest first. */
  readonly sent: readonly SentView[]
  /** What is to be seen or done beside the process. */
  readonly errands: readonly Errand[]
  readonly letters: readonly LetterView[]
  /** Requests to give the person access anew, and what became of them, oldest first. */
  readonly access: readonly AccessView[]
  /** Other Vorgänge of the eAkte. */
  readonly related: readonly {
    readonly id: string
    readonly reference: string
    readonly kind: Case['vorgang']['kind']
  }[]
  readonly inspectionUntilOn: string | null
  /** It was closed and can be taken up again. */
  readonly canReopen: boolean
}
export type EakteView = {
  readonly id: string
  readonly aktenzeichen: string
  readonly title: string
  readonly filePlan: { readonly id: string; readonly title: string }
  readonly state: string
  readonly openedAtMs: number
  readonly closedAtMs: number | null
  readonly retainUntilOn: string | null
  readonly vorgaenge: readonly {
    readonly id: string
    readonly reference: string
    readonly state: string
    readonly openedAtMs: number
  }[]
  readonly documents: readonly DocumentView[]
  readonly journal: readonly JournalView[]
}

/** Reads everything a clerk needs of a Vorgang of their postboxes. Throws 404 for one of another team. */
export async function readVorgangView(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<VorgangView> {
  const kase = await ownCase(ctx, actor, vorgangId)
  const [{ vorgang, eakte, content }, item] = [kase, itemFor(kase, actor)]
  // An objection is about the answers that led to the notice.
  const about = vorgang.aboutVorgangId === null ? vorgang : await readVorgang(ctx, vorgang.aboutVorgangId)
  const [answers, documents, requests, decision, notices, payments, exemption, lookups, deliveries, lines, assignee] =
    await Promise.all([
      readAnswers(ctx, about?.id ?? vorgang.id),
      readDocuments(ctx, [vorgangId]),
      readRequests(ctx, vorgangId),
      readDecision(ctx, actor, vorgangId),
      readNotices(ctx, kase),
      readPayments(ctx, vorgangId),
      readExemption(ctx, vorgangId),
      readVorgangLookups(ctx, { vorgangId, content, serviceSlug: vorgang.serviceSlug }),
      readDeliveries(ctx, vorgangId),
      listJournal(ctx, eakte.id, { limit: 500 }),
      item.assignee === null ? null : staffName(ctx, item.assignee),
    ])
  await noteRead(ctx, actor, kase, lines)
  const form = await formOf(ctx, about ?? vorgang)
  const judgement = await readJudgement(ctx, vorgangId)
  const participants = await readParticipations(ctx, about?.id ?? vorgangId)
  const [evidence] = [...(await readEvidence(ctx, vorgangId)).values()]
  const [task, beside] = await Promise.all([taskOf(ctx, kase, actor), besideOf(ctx, kase, item)])
  const [words, today] = [ctx.formWords(content, 'de'), dayInBerlin(vorgang.openedAtMs)]
  const sections = answers === null ? [] : withMarks(summary(form, answers, { words, today }), evidence?.sources)
  return {
    id: vorgang.id,
    reference: vorgang.reference,
    aktenzeichen: eakte.aktenzeichen,
    eakteId: eakte.id,
    service: { slug: vorgang.serviceSlug, title: form.title },
    ...placeOf(kase, item),
    state: await stateOf(ctx, kase),
    receivedAtMs: vorgang.openedAtMs,
    assignee: assigneeOf(actor, item.assignee, assignee),
    task,
    beside,
    isLead: leads(kase, actor),
    feeAhead: await feeAheadOf(ctx, kase, task),
    waitsFor: task === null ? waitedFor(kase, beside) : null,
    answers: sections,
    identity:
      evidence === undefined || evidence.account === null
        ? null
        : { ...evidence.account, isWrittenFormReplaced: evidence.writtenForm !== null },
    applicant: answers === null ? null : applicantKind(form, answers),
    participants,
    eligibility:
      judgement === null
        ? null
        : {
            outcome: judgement.outcome,
            unmet: conditionsOf(form, judgement.unmet).map((condition) => condition.unmet),
            unclear: conditionsOf(form, judgement.unclear).map((condition) => condition.unclear),
          },
    toCheck: await readPoints(ctx, vorgang, form.clerkPoints),
    documents: await documentViews(ctx, documents),
    requests,
    decision,
    notices,
    payments,
    payUntilOn: payUntilOn(kase),
    exemption,
    lookups,
    deliveries,
    journal: await journalOf(ctx, lines),
    ...(await afterwardsOf(ctx, actor, kase)),
  }
}

/** What a Vorgang waits for that is no task of this person. */
const waitedFor = ({ definition, state }: Case, beside: VorgangView['beside']): WaitsFor | null =>
  waitOf(definition, state) ?? (beside.length > 0 ? 'office' : null)

/** Where a page says that a Vorgang lies: through the item by which this person works on it. */
const placeOf = ({ content }: Case, { id, postbox, state, dueOn }: Item) => ({
  postbox: { id: postbox, name: content.postboxes.get(postbox)?.name.de ?? postbox },
  itemId: id,
  itemState: state,
  dueOn,
})

/** Whether a Vorgang lies in a postbox of this person: others only take part in it. */
const leads = (kase: Case, actor: Actor): boolean => can(actor, 'vorgang.decide', { postboxes: [kase.item.postbox] })

/** The open tasks of a Vorgang that are not the one a page is about. */
async function besideOf(ctx: SubmissionsCtx, { items, content }: Case, shown: Item): Promise<VorgangView['beside']> {
  const others = items.filter(({ id, state, taskId }) => id !== shown.id && state === 'open' && taskId !== null)
  return await Promise.all(
    others.map(async ({ title, step, postbox, assignee, dueOn }) => ({
      title: title ?? step,
      postbox: content.postboxes.get(postbox)?.name.de ?? postbox,
      assignee: assignee === null ? null : await staffName(ctx, assignee),
      dueOn,
    })),
  )
}

const assigneeOf = (actor: Actor, userId: string | null, name: string | null): VorgangView['assignee'] =>
  userId === null
    ? null
    : {
        name: name ?? '',
        isMe: actor.kind === 'staff' && actor.userId === userId,
        isStoodIn: stoodInOf(actor, userId) !== undefined,
      }

async function feeAheadOf(ctx: SubmissionsCtx, kase: Case, task: TaskView | null): Promise<VorgangView['feeAhead']> {
  if (task === null || !task.outcomes.some(({ asksForFee }) => asksForFee)) {
    return null
  }
  const { vorgang, content } = kase
  const { id: vorgangId, serviceSlug, lang } = vorgang
  const receivedOn = dayInBerlin(vorgang.openedAtMs)
  const fee = await foreseeFee(ctx, { vorgangId, content, serviceSlug, lang, receivedOn })
  return fee === null
    ? null
    : { items: fee.items, totalCents: fee.totalCents, isDemo: fee.versions.some(({ isDemo }) => isDemo) }
}

const formOf = async (ctx: SubmissionsCtx, vorgang: Case['vorgang']) =>
  ctx.form(await ctx.content.at(vorgang.contentRevisionId), vorgang.serviceSlug, 'de')

/** What came after the application, and what is to be done about it. */
async function afterwardsOf(ctx: SubmissionsCtx, actor: Actor, kase: Case) {
  const { vorgang, state } = kase
  const isLead = leads(kase, actor)
  const [sent, errands, letters, access, siblings, inspection] = await Promise.all([
    readSent(ctx, kase),
    readErrands(ctx, vorgang.id),
    readLetters(ctx, vorgang.id),
    readAccess(ctx, actor, vorgang.id),
    readVorgaenge(ctx, vorgang.eakteId),
    readInspection(ctx, vorgang.id),
  ])
  return {
    kind: vorgang.kind,
    sent,
    errands: isLead ? errands : [],
    letters,
    access: isLead ? access : [],
    related: siblings.filter(({ id }) => id !== vorgang.id).map(({ id, reference, kind }) => ({ id, reference, kind })),
    inspectionUntilOn: inspection?.untilOn ?? null,
    canReopen: isLead && state.status === 'ended',
  }
}

/** Rows that the applicant's account answered say so. */
const withMarks = (sections: readonly SummarySection[], sources: Sources = {}): readonly SummarySection[] =>
  sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({ ...row, ...sourceMark(sources[row.pointer]) })),
  }))

const conditionsOf = (form: Form, ids: readonly string[]) =>
  form.eligibility.conditions.filter((condition) => ids.includes(condition.id))

/** Reads an eAkte with its Vorgänge, documents and journal, for those who work one of its Vorgänge. */
export async function readEakteView(ctx: SubmissionsCtx, actor: Actor, eakteId: string): Promise<EakteView> {
  const [eakte, vorgaenge] = await Promise.all([readEakte(ctx, eakteId), readVorgaenge(ctx, eakteId)])
  const cases = await Promise.all(vorgaenge.map((vorgang) => readCase(ctx, vorgang.id)))
  authorize(actor, 'eakte.read', { postboxes: cases.map((kase) => kase.item.postbox) })
  const [first] = cases
  if (eakte === undefined || first === undefined) {
    throw vorgangMissing(`eakte ${eakteId}`)
  }
  const documents = await readDocuments(
    ctx,
    vorgaenge.map((vorgang) => vorgang.id),
  )
  return {
    id: eakte.id,
    aktenzeichen: eakte.aktenzeichen,
    title: ctx.form(first.content, eakte.serviceSlug, 'de').title,
    filePlan: {
      id: eakte.filePlan,
      title:
        first.content.filePlan.positions.find((position) => position.id === eakte.filePlan)?.title ?? eakte.filePlan,
    },
    state: eakte.state,
    openedAtMs: eakte.openedAtMs,
    closedAtMs: eakte.closedAtMs,
    retainUntilOn: eakte.retainUntilOn,
    vorgaenge: vorgaenge.map(({ id, reference, state, openedAtMs }) => ({ id, reference, state, openedAtMs })),
    documents: await documentViews(ctx, documents),
    journal: await journalOf(ctx, await listJournal(ctx, eakteId, { limit: 500 })),
  }
}

/** The case, where the actor works its postbox. A foreign one is missing, like one that never was. */
export async function ownCase(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<Case> {
  authorize(actor, 'postbox.list', { postboxes: actor.kind === 'staff' ? actor.postboxes : [] })
  const kase = await readCase(ctx, vorgangId)
  if (!can(actor, 'vorgang.read', { postboxes: kase.postboxes })) {
    throw vorgangMissing(`vorgang ${vorgangId}`)
  }
  return kase
}

async function journalOf(ctx: SubmissionsCtx, lines: readonly JournalLine[]): Promise<readonly JournalView[]> {
  const insteadOf = ({ body }: JournalLine): string => (typeof body['for'] === 'string' ? body['for'] : '')
  const said = lines.flatMap((line) => [line.actor, insteadOf(line)])
  const ids = [...new Set(said.filter((actor) => actor.startsWith('staff:')))]
  const names = new Map(
    await Promise.all(ids.map(async (id) => [id, await staffName(ctx, id.slice('staff:'.length))] as const)),
  )
  return lines.map((line) => {
    const { seq, type, atMs, body, actor } = line
    return { seq, type, atMs, body, actor: names.get(actor) ?? actor, instead: names.get(insteadOf(line)) ?? null }
  })
}
