import { readDeliveries } from '../connectors/service.ts'
import { readDocuments } from '../documents/service.ts'
import { readVorgaenge, readVorgang } from '../eakten/service.ts'
import type { Form } from '../forms/model.ts'
import { applicantKind, summary } from '../forms/service.ts'
import type { SummarySection } from '../forms/view.ts'
import { can } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { readEvidence, type Sources } from '../identity/service-evidence.ts'
import { type Actor, actorId, actsFor, stoodInOf } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { readHearing, readRequests } from '../messages/service.ts'
import { readErrands, readInspection, readLetters } from '../messages/service-letters.ts'
import { countNotes, readNotes } from '../messages/service-notes.ts'
import { readDecision, readNotices } from '../notices/service.ts'
import { foreseeFee, readExemption, readPayments } from '../payments/service.ts'
import type { WaitsFor } from '../postboxes/plan.ts'
import type { Item } from '../postboxes/service.ts'
import { readVorgangLookups } from '../registers/service.ts'
import { type Case, itemFor, payUntilOn, stateOf, type TaskView, taskOf, waitOf } from '../workflow/service.ts'
import { readCourse } from '../workflow/service-course.ts'
import { readCaseDeadlines } from '../workflow/service-deadlines.ts'
import { readAccess } from './access-renewal.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readPoints } from './points.ts'
import { documentViews } from './service-case-documents.ts'
import { readAnswers, readJudgement, readParticipations } from './service-copy.ts'
import { readSent } from './service-sent.ts'
import { sourceMark } from './source-mark.ts'
import type {
  CoursePart,
  DocumentsPart,
  HeadView,
  MessagesPart,
  NotesPart,
  NoticePart,
  OverviewPart,
  PeoplePart,
  VorgangView,
} from './vorgang-view.ts'

/*
 * A Vorgang is read by parts: what stands above every page of it, and what each page shows below. The caller has checked who
 * asks; what only the office sees where the Vorgang lies is left out for others here.
 */

/** Reads what stands above every page of a Vorgang. */
export async function readHead(ctx: SubmissionsCtx, actor: Actor, kase: Case): Promise<HeadView> {
  const { vorgang, eakte, content, state } = kase
  const item = itemFor(kase, actor)
  const [form, task, beside, siblings, assignee, noteCount] = await Promise.all([
    formOf(ctx, await aboutOf(ctx, kase)),
    taskOf(ctx, kase, actor),
    besideOf(ctx, kase, item),
    readVorgaenge(ctx, vorgang.eakteId),
    item.assignee === null ? null : staffName(ctx, item.assignee),
    countNotes(ctx, vorgang.id),
  ])
  const isLead = leads(kase, actor)
  return {
    id: vorgang.id,
    reference: vorgang.reference,
    aktenzeichen: eakte.aktenzeichen,
    eakteId: eakte.id,
    service: { slug: vorgang.serviceSlug, title: form.title },
    postbox: { id: item.postbox, name: content.postboxes.get(item.postbox)?.name.de ?? item.postbox },
    itemId: item.id,
    itemState: item.state,
    dueOn: item.dueOn,
    state: await stateOf(ctx, kase),
    receivedAtMs: vorgang.openedAtMs,
    assignee: assigneeOf(actor, item.assignee, assignee),
    task,
    beside,
    isLead,
    waitsFor: task === null ? waitedFor(kase, beside) : null,
    kind: vorgang.kind,
    related: siblings.filter(({ id }) => id !== vorgang.id).map(({ id, reference, kind }) => ({ id, reference, kind })),
    myOrders: myOrdersOf(kase, actor),
    noteCount,
    canReopen: isLead && state.status === 'ended',
  }
}

/** Reads what is to be done and what is known: the answers beside the documents that prove them. */
export async function readOverview(ctx: SubmissionsCtx, actor: Actor, kase: Case): Promise<OverviewPart> {
  const { vorgang, content } = kase
  const about = await aboutOf(ctx, kase)
  const form = await formOf(ctx, about)
  const isLead = leads(kase, actor)
  const [answers, documents, decision, payments, lookups, judgement, people, toCheck, errands, access, task] =
    await Promise.all([
      readAnswers(ctx, about.id),
      readDocumentsPart(ctx, kase),
      readDecision(ctx, actor, vorgang.id),
      readPayments(ctx, vorgang.id),
      readVorgangLookups(ctx, { vorgangId: vorgang.id, content, serviceSlug: vorgang.serviceSlug }),
      readJudgement(ctx, vorgang.id),
      readWho(ctx, kase),
      readPoints(ctx, vorgang, form.clerkPoints),
      isLead ? readErrands(ctx, vorgang.id) : [],
      isLead ? readAccess(ctx, actor, vorgang.id) : [],
      taskOf(ctx, kase, actor),
    ])
  const mayRefuse = task?.outcomes.some(({ id }) => id === 'refuse') === true
  const [words, today] = [ctx.formWords(content, 'de'), dayInBerlin(vorgang.openedAtMs)]
  const { sources, ...who } = people
  return {
    ...documents,
    ...who,
    feeAhead: await feeAheadOf(ctx, kase, task),
    isHeard: mayRefuse && (await readHearing(ctx, vorgang.id)) !== null,
    answers: answers === null ? [] : withMarks(summary(form, answers, { words, today }), sources),
    eligibility:
      judgement === null
        ? null
        : {
            outcome: judgement.outcome,
            unmet: conditionsOf(form, judgement.unmet).map((condition) => condition.unmet),
            unclear: conditionsOf(form, judgement.unclear).map((condition) => condition.unclear),
          },
    deadlines: await readCaseDeadlines(ctx, kase),
    toCheck,
    decision,
    payments,
    lookups,
    errands,
    access,
  }
}

/** Reads what the office asked and wrote, and everything that the person sent after the application. */
export async function readMessagesPart(ctx: SubmissionsCtx, kase: Case): Promise<MessagesPart> {
  const { id } = kase.vorgang
  const [requests, letters, sent] = await Promise.all([
    readRequests(ctx, id),
    readLetters(ctx, id),
    readSent(ctx, kase),
  ])
  return { requests, letters, sent }
}

/** Reads the documents of a Vorgang, who scanned what is named. */
export const readDocumentsPart = async (ctx: SubmissionsCtx, { vorgang }: Case): Promise<DocumentsPart> => ({
  documents: await documentViews(ctx, await readDocuments(ctx, [vorgang.id])),
})

/** Reads who takes part: the applicant and others beside them, the offices, and who may look into the file. */
export async function readPeople(ctx: SubmissionsCtx, actor: Actor, kase: Case): Promise<PeoplePart> {
  const [{ sources: _, ...who }, access, inspection, offices] = await Promise.all([
    readWho(ctx, kase),
    leads(kase, actor) ? readAccess(ctx, actor, kase.vorgang.id) : [],
    readInspection(ctx, kase.vorgang.id),
    officesOf(ctx, kase),
  ])
  return { ...who, access, inspectionUntilOn: inspection?.untilOn ?? null, offices }
}

/** Reads the decision, the notices that were issued, and what was to be paid. */
export async function readNoticePart(ctx: SubmissionsCtx, actor: Actor, kase: Case): Promise<NoticePart> {
  const { id } = kase.vorgang
  const [decision, notices, payments, exemption] = await Promise.all([
    readDecision(ctx, actor, id),
    readNotices(ctx, kase),
    readPayments(ctx, id),
    readExemption(ctx, id),
  ])
  return { decision, notices, payments, exemption, payUntilOn: payUntilOn(kase) }
}

/** Reads how the process ran and where it stands, who did what by name, and what went to other systems. */
export async function readCoursePart(ctx: SubmissionsCtx, kase: Case): Promise<CoursePart> {
  const [course, deliveries] = await Promise.all([readCourse(ctx, kase), readDeliveries(ctx, kase.vorgang.id)])
  const done = await Promise.all(
    course.done.map(async (step) => {
      const isStaff = step.by?.startsWith('staff:') === true
      return isStaff ? { ...step, by: await staffName(ctx, step.by.replace('staff:', '')) } : step
    }),
  )
  return { course: { ...course, done }, deliveries }
}

/** Reads the notes that clerks wrote for each other, newest first. The caller has checked who asks. */
export async function readNotesPart(ctx: SubmissionsCtx, actor: Actor, { vorgang }: Case): Promise<NotesPart> {
  const notes = await readNotes(ctx, vorgang.id)
  return {
    notes: await Promise.all(
      notes.map(async ({ by, ...note }) => ({
        ...note,
        by: (await staffName(ctx, by.replace('staff:', ''))) ?? '',
        isMine: by === actorId(actor),
      })),
    ),
  }
}

/** An objection is about the answers that led to the notice. */
async function aboutOf(ctx: SubmissionsCtx, { vorgang }: Case): Promise<Case['vorgang']> {
  const about = vorgang.aboutVorgangId === null ? undefined : await readVorgang(ctx, vorgang.aboutVorgangId)
  return about ?? vorgang
}

const formOf = async (ctx: SubmissionsCtx, vorgang: Case['vorgang']) =>
  ctx.form(await ctx.content.at(vorgang.contentRevisionId), vorgang.serviceSlug, 'de')

/** Who applied, for whom, and who else took part; `sources`: which answers an account gave. */
async function readWho(ctx: SubmissionsCtx, kase: Case) {
  const about = await aboutOf(ctx, kase)
  const [answers, participants, found] = await Promise.all([
    readAnswers(ctx, about.id),
    readParticipations(ctx, about.id),
    readEvidence(ctx, kase.vorgang.id),
  ])
  const [evidence] = [...found.values()]
  const identity =
    evidence === undefined || evidence.account === null
      ? null
      : { ...evidence.account, isWrittenFormReplaced: evidence.writtenForm !== null }
  const applicant = answers === null ? null : applicantKind(await formOf(ctx, about), answers)
  return { identity, applicant, participants, sources: evidence?.sources }
}

/** What a Vorgang waits for that is no task of this person. */
const waitedFor = ({ definition, state }: Case, beside: VorgangView['beside']): WaitsFor | null =>
  waitOf(definition, state) ?? (beside.length > 0 ? 'office' : null)

/** Open orders about a Vorgang that lie with a team of this person and that nobody else has. */
const myOrdersOf = ({ items }: Case, actor: Actor): HeadView['myOrders'] =>
  items
    .filter(({ kind, state }) => kind === 'order' && state === 'open')
    .filter(({ postbox, assignee, preparedBy }) => {
      const facts = { postboxes: [postbox], ...(preparedBy === null ? {} : { preparedBy }) }
      const isFree = assignee === null || actsFor(actor, assignee)
      return isFree && can(actor, preparedBy === null ? 'order.answer' : 'vorgang.co-sign', facts)
    })
    .map(({ id, title, dueOn }) => ({ id, title: title ?? '', dueOn }))

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

const officesOf = (ctx: SubmissionsCtx, { items, content }: Case): Promise<VorgangView['offices']> =>
  Promise.all(
    items.map(async ({ postbox, title, state, assignee }) => ({
      postbox: content.postboxes.get(postbox)?.name.de ?? postbox,
      title,
      state,
      assignee: assignee === null ? null : await staffName(ctx, assignee),
    })),
  )

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

/** Rows that the applicant's account answered say so. */
const withMarks = (sections: readonly SummarySection[], sources: Sources = {}): readonly SummarySection[] =>
  sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({ ...row, ...sourceMark(sources[row.pointer]) })),
  }))

const conditionsOf = (form: Form, ids: readonly string[]) =>
  form.eligibility.conditions.filter((condition) => ids.includes(condition.id))
