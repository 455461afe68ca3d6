import { documentMissing, openDocument, readDocumentPlace, readDocuments } from '../documents/service.ts'
import { readVorgang, type Vorgang } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { currentReceiptCode } from '../identity/service-codes.ts'
import { type JournalLine, listJournal } from '../journal/service.ts'
import type { Actor } from '../lib/actor.ts'
import { type RequestView, readRequests } from '../messages/service.ts'
import { type NoticeView, readNotices } from '../notices/service.ts'
import { type ExemptionView, type PaymentView, readExemption, readPayments } from '../payments/service.ts'
import { type LookupView, readVorgangLookups } from '../registers/service.ts'
import { readCase, type StateView, stateOf, vorgangMissing } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** What a citizen notices of a journal line; the rest is the office's. */
const NOTICEABLE = [
  'submission-received',
  'payment-received',
  'payment-waived',
  'information-requested',
  'information-answered',
  'notice-issued',
  'notice-retrieved',
] as const
type Noticeable = (typeof NOTICEABLE)[number]

export type StatusView = {
  readonly vorgangId: string
  readonly reference: string
  readonly service: { readonly slug: string; readonly title: string }
  readonly receivedAtMs: number
  readonly state: StateView | null
  /** Day by which the one whose turn it is should act. */
  readonly dueOn: string
  readonly events: readonly { readonly type: Noticeable; readonly atMs: number }[]
  readonly requests: readonly RequestView[]
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

/** Reads where a citizen's Vorgang stands. Throws 404 for a foreign or unknown one. */
export async function readStatus(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<StatusView> {
  authorize(actor, 'status.read', { vorgangId })
  const kase = await readCase(ctx, vorgangId)
  const { vorgang, content } = kase
  const [lines, requests, notices, payments, exemption, lookups, documents, nextCode, state] = await Promise.all([
    listJournal(ctx, vorgang.eakteId, { limit: 500 }),
    readRequests(ctx, vorgangId),
    readNotices(ctx, vorgangId),
    readPayments(ctx, vorgangId),
    readExemption(ctx, vorgangId),
    readVorgangLookups(ctx, { vorgangId, content, serviceSlug: vorgang.serviceSlug }),
    readDocuments(ctx, [vorgangId]),
    currentReceiptCode(ctx, vorgangId),
    stateOf(ctx, kase),
  ])
  return {
    vorgangId,
    reference: vorgang.reference,
    service: { slug: vorgang.serviceSlug, title: serviceTitle(ctx, content, vorgang) },
    receivedAtMs: vorgang.openedAtMs,
    state,
    dueOn: kase.item.dueOn,
    events: lines.filter((line) => isOf(line, vorgangId)).map(({ type, atMs }) => ({ type: type as Noticeable, atMs })),
    requests,
    notices,
    payments,
    exemption,
    lookups,
    documents: documents
      .filter((entry) => entry.kind !== 'notice')
      .map(({ id, kind, meta }) => ({
        id,
        kind,
        title: meta.title ?? meta.fileName,
        fileName: meta.fileName,
        sizeBytes: meta.sizeBytes,
      })),
    nextCode,
  }
}

/** Opens a document of the citizen's own Vorgang; a notice is opened by its own way, which records it. Throws 404 for everything else. */
export async function openOwnDocument(ctx: SubmissionsCtx, actor: Actor, vorgangId: string, documentId: string) {
  authorize(actor, 'document.read', { vorgangId })
  const place = await readDocumentPlace(ctx, documentId)
  if (place === undefined || place.vorgangId !== vorgangId || place.kind === 'notice') {
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

const isOf = (line: JournalLine, vorgangId: string): boolean =>
  NOTICEABLE.some((type) => type === line.type) && line.body['vorgang'] === vorgangId

const serviceTitle = (ctx: SubmissionsCtx, content: Parameters<SubmissionsCtx['form']>[0], vorgang: Vorgang): string =>
  ctx.form(content, vorgang.serviceSlug, vorgang.lang).title
