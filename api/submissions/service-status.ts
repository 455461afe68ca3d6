import {
  documentMissing,
  INTERNAL,
  OPINION,
  openDocument,
  readDocumentPlace,
  readSharedDocuments,
} from '../documents/service.ts'
import { readVorgaenge, readVorgang, type Vorgang } from '../eakten/service.ts'
import { authorize, can } from '../identity/permissions.ts'
import { currentReceiptCode } from '../identity/service-codes.ts'
import { type JournalLine, listJournal } from '../journal/service.ts'
import type { Actor } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { type RequestView, readRequests } from '../messages/service.ts'
import { type LetterView, readLetters } from '../messages/service-letters.ts'
import { type NoticeView, readNotices } from '../notices/service.ts'
import { type ExemptionView, type PaymentView, readExemption, readPayments } from '../payments/service.ts'
import { type LookupView, readVorgangLookups } from '../registers/service.ts'
import { payUntilOn, readCase, type StateView, stateOf, textsOf, vorgangMissing } from '../workflow/service.ts'
import type { ProcessTexts } from '../workflow/texts.ts'
import type { ActIssue, ActTyped } from './act-form.ts'
import { type PossibleAct, possibleActs } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { factsOf } from './service-act-facts.ts'
import { openForm, readForm } from './service-act-forms.ts'
import { actPage } from './service-act-submissions.ts'
import { READ_LINE } from './service-reads.ts'
import { type Spoken, spokenView } from './spoken-view.ts'

/** What a citizen notices of a journal line; the rest is the office's. */
const NOTICEABLE = [
  'submission-received',
  'payment-received',
  'payment-waived',
  'information-requested',
  'information-answered',
  'notice-issued',
  'notice-retrieved',
  'act-received',
  'letter-written',
  'state-changed',
  'vorgang-reopened',
  'inspection-granted',
  'objection-opened',
  'access-renewed',
] as const
type Noticeable = (typeof NOTICEABLE)[number]

export type StatusView = Spoken & {
  readonly vorgangId: string
  readonly reference: string
  readonly service: { readonly slug: string; readonly title: string }
  readonly receivedAtMs: number
  readonly state: StateView | null
  /** Day by which the one whose turn it is should act. */
  readonly dueOn: string
  /** Last day for paying what is due; null where nothing is, or where the process waits without an end. */
  readonly payUntilOn: string | null
  readonly events: readonly StatusEvent[]
  readonly requests: readonly (RequestView & { readonly form: RefusedForm })[]
  readonly letters: readonly LetterView[]
  /** What the person may do now, and where; everything else is refused. */
  readonly acts: readonly OfferedAct[]
  /** Objections to notices of this Vorgang, or what this one is an objection to, as far as the person may open them. */
  readonly related: readonly {
    readonly vorgangId: string
    readonly reference: string
    readonly kind: Vorgang['kind']
  }[]
  readonly kind: Vorgang['kind']
  /** Last day of a file inspection that was granted and is not over. */
  readonly inspectionUntilOn: string | null
  /** Who looked into the file: the role, never the name, once a day. */
  readonly reads: readonly FileRead[]
  readonly notices: readonly NoticeView[]
  readonly payments: readonly PaymentView[]
  readonly exemption: ExemptionView | null
  /** Which registers were asked what for, when, and what became of it. */
  readonly lookups: readonly LookupView[]
  readonly documents: readonly {
    readonly id: string
    readonly kind: string
    readonly title: string
    readonly fileName: string
    readonly sizeBytes: number
  }[]
  /** One-time code that opens this page next time from elsewhere. */
  readonly nextCode: string | null
}

export type StatusEvent = {
  readonly type: Noticeable
  readonly atMs: number
  /** Of `act-received`: what was sent. */
  readonly kind?: string
  /** Of `state-changed`: the words of the state it came to. */
  readonly title?: string
}
export type OfferedAct = PossibleAct & { readonly path: string }
/** What was typed and refused; empty for a fresh form. */
export type RefusedForm = { readonly typed: ActTyped; readonly issues: readonly ActIssue[] }
export type FileRead = { readonly role: 'clerk' | 'lead'; readonly on: string }

/** Reads where a citizen's Vorgang stands, in the wanted language or its own. Throws 404 for a foreign or unknown one. */
export async function readStatus(
  ctx: SubmissionsCtx,
  actor: Actor,
  vorgangId: string,
  wanted: string | null = null,
): Promise<StatusView> {
  authorize(actor, 'status.read', { vorgangId })
  const kase = await readCase(ctx, vorgangId)
  const { vorgang, content } = kase
  const lang = wanted ?? vorgang.lang
  const [lines, requests, notices, payments, exemption, lookups, documents, letters, nextCode, state, facts] =
    await Promise.all([
      listJournal(ctx, vorgang.eakteId, { limit: 500 }),
      readRequests(ctx, vorgangId),
      readNotices(ctx, kase),
      readPayments(ctx, vorgangId),
      readExemption(ctx, vorgangId),
      readVorgangLookups(ctx, { vorgangId, content, serviceSlug: vorgang.serviceSlug }),
      readSharedDocuments(ctx, [vorgangId]),
      readLetters(ctx, vorgangId),
      currentReceiptCode(ctx, vorgangId),
      stateOf(ctx, kase, lang),
      factsOf(ctx, kase),
    ])
  const forms = await Promise.all(
    requests.map(async ({ id }) => openForm(ctx, await readForm(ctx, kase, { act: 'answer', about: id }))),
  )
  const view = {
    vorgangId,
    kind: vorgang.kind,
    reference: vorgang.reference,
    service: { slug: vorgang.serviceSlug, title: ctx.form(content, vorgang.serviceSlug, lang).title },
    receivedAtMs: vorgang.openedAtMs,
    state,
    dueOn: kase.item.dueOn,
    payUntilOn: payUntilOn(kase),
    events: eventsOf(lines, {
      vorgangId,
      noticeIds: notices.map(({ id }) => id),
      texts: await textsOf(ctx, kase, lang),
    }),
    requests: requests.map((request, index) => ({ ...request, form: forms[index] ?? { typed: {}, issues: [] } })),
    letters,
    acts: possibleActs(facts).map((one) => ({ ...one, path: actPage(vorgangId, one.act, one.about) })),
    related: await relatedOf(ctx, actor, vorgang),
    inspectionUntilOn:
      facts.inspectionUntilOn !== null && facts.today <= facts.inspectionUntilOn ? facts.inspectionUntilOn : null,
    reads: readsOf(lines, vorgangId),
    notices,
    payments,
    exemption,
    lookups,
    documents: documents.filter((entry) => entry.kind !== 'notice').map(documentOf),
    nextCode,
  }
  const written = [...requests, ...letters].map(({ text }) => text).concat(exemption?.reasons ?? [])
  return await spokenView(ctx, view, { kase, lang, written })
}

type Documents = Awaited<ReturnType<typeof readSharedDocuments>>

const documentOf = ({ id, kind, meta }: Documents[number]) => ({
  id,
  kind,
  title: meta.title ?? meta.fileName,
  fileName: meta.fileName,
  sizeBytes: meta.sizeBytes,
})

/** Vorgänge of the same eAkte that this one is about, or that are about it; only those the person may open. */
async function relatedOf(ctx: SubmissionsCtx, actor: Actor, vorgang: Vorgang): Promise<StatusView['related']> {
  const siblings = await readVorgaenge(ctx, vorgang.eakteId)
  return siblings
    .filter(({ id, aboutVorgangId }) => id === vorgang.aboutVorgangId || aboutVorgangId === vorgang.id)
    .filter(({ id }) => can(actor, 'status.read', { vorgangId: id }))
    .map(({ id, reference, kind }) => ({ vorgangId: id, reference, kind }))
}

/** Opens a document of the citizen's own Vorgang; a notice is opened by its own way, which records it. Throws 404 for everything else. */
export async function openOwnDocument(ctx: SubmissionsCtx, actor: Actor, vorgangId: string, documentId: string) {
  authorize(actor, 'document.read', { vorgangId })
  const place = await readDocumentPlace(ctx, documentId)
  if (place === undefined || place.vorgangId !== vorgangId || [INTERNAL, OPINION, 'notice'].includes(place.kind)) {
    throw documentMissing(`document ${documentId}`)
  }
  return await openDocument(ctx, documentId)
}

/** Finds the Vorgang of a citizen's own. */
export async function ownVorgang(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<Vorgang> {
  authorize(actor, 'status.read', { vorgangId })
  const vorgang = await readVorgang(ctx, vorgangId)
  if (vorgang === undefined) {
    throw vorgangMissing(`vorgang ${vorgangId}`)
  }
  return vorgang
}

type EventsOf = {
  readonly vorgangId: string
  readonly noticeIds: readonly string[]
  readonly texts: ProcessTexts
}

/**
 * What happened, for the person. A change of state is told where nothing else tells of it: what they or we did at the same
 * moment says more.
 */
function eventsOf(lines: readonly JournalLine[], { vorgangId, noticeIds, texts }: EventsOf): readonly StatusEvent[] {
  const own = lines.filter(
    ({ type, body }) =>
      NOTICEABLE.some((one) => one === type) &&
      (body['vorgang'] === vorgangId || (type === 'objection-opened' && noticeIds.includes(String(body['notice'])))),
  )
  const told = new Set(own.filter(({ type }) => type !== 'state-changed').map(({ atMs }) => atMs))
  const events = own.flatMap(({ type, atMs, body }): readonly StatusEvent[] => {
    const at = { type: type as Noticeable, atMs }
    if (type === 'act-received') {
      const kind = String(body['kind'])
      return ['answer', 'objection'].includes(kind) ? [] : [{ ...at, kind }]
    }
    const title = type === 'state-changed' ? texts.states[String(body['to'])]?.title : undefined
    if (type === 'state-changed') {
      return told.has(atMs) || title === undefined ? [] : [{ ...at, title }]
    }
    return [at]
  })
  // Steps that are told in the same words are one state to the person.
  return events.filter(({ type, title }, index) => {
    const before = events[index - 1]
    return type !== 'state-changed' || before?.type !== type || before.title !== title
  })
}

const readsOf = (lines: readonly JournalLine[], vorgangId: string): readonly FileRead[] =>
  lines
    .filter(({ type, body }) => type === READ_LINE && body['vorgang'] === vorgangId)
    .map(({ atMs, body }) => ({ role: body['role'] === 'lead' ? 'lead' : 'clerk', on: dayInBerlin(atMs) }))
