import { readDeliveries } from '../connectors/service.ts'
import { readDocuments } from '../documents/service.ts'
import { readEakte, readVorgaenge } from '../eakten/service.ts'
import { authorize, can } from '../identity/permissions.ts'
import { staffName } from '../identity/service.ts'
import { type JournalLine, listJournal, listJournalBefore } from '../journal/service.ts'
import type { Actor } from '../lib/actor.ts'
import { type Case, readCase, vorgangMissing } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { documentViews } from './service-case-documents.ts'
import { readOrdersPart } from './service-orders-read.ts'
import { noteRead } from './service-reads.ts'
import {
  readCoursePart,
  readDocumentsPart,
  readHead,
  readMessagesPart,
  readNotesPart,
  readNoticePart,
  readOverview,
  readPeople,
} from './service-vorgang-parts.ts'
import type { EakteView, HeadView, JournalPart, JournalView, Part, VorgangView } from './vorgang-view.ts'

export type { EakteView, VorgangView } from './vorgang-view.ts'

const LINES = 100
const LINES_WHOLE = 500

/**
 * Reads everything of a Vorgang of the clerk's postboxes, with the oldest 500 lines of the journal; for programs. Pages read
 * one part at a time. Throws 404 for one of another team.
 */
export async function readVorgangView(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<VorgangView> {
  const kase = await ownCase(ctx, actor, vorgangId)
  await noteRead(ctx, actor, kase)
  const [head, overview, messages, people, notice, deliveries, lines] = await Promise.all([
    readHead(ctx, actor, kase),
    readOverview(ctx, actor, kase),
    readMessagesPart(ctx, kase),
    readPeople(ctx, actor, kase),
    readNoticePart(ctx, actor, kase),
    readDeliveries(ctx, vorgangId),
    listJournal(ctx, kase.eakte.id, { limit: LINES_WHOLE }),
  ])
  const journal = await journalOf(ctx, lines)
  return { ...head, ...overview, ...messages, ...people, ...notice, deliveries, journal }
}

/**
 * Reads what one page of a Vorgang shows, with what stands above every page. `before`: number of the journal's line before which
 * its page begins. Throws 404 for one of another team.
 */
export async function readVorgangPart(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly vorgangId: string; readonly part: Part; readonly before?: number },
): Promise<HeadView> {
  const kase = await ownCase(ctx, actor, input.vorgangId)
  // Whoever sees a file leaves a trace before they see it: only the first look of a day writes.
  await noteRead(ctx, actor, kase)
  const [head, part] = await Promise.all([readHead(ctx, actor, kase), partOf(ctx, actor, kase, input)])
  return { ...head, ...part }
}

async function partOf(
  ctx: SubmissionsCtx,
  actor: Actor,
  kase: Case,
  { part, before }: { readonly part: Part; readonly before?: number },
): Promise<object> {
  switch (part) {
    case 'overview':
      return await readOverview(ctx, actor, kase)
    case 'messages':
      return await readMessagesPart(ctx, kase)
    case 'documents':
      return await readDocumentsPart(ctx, kase)
    case 'people':
      return await readPeople(ctx, actor, kase)
    case 'notice':
      return await readNoticePart(ctx, actor, kase)
    case 'course':
      return await readCoursePart(ctx, kase)
    case 'journal':
      return await readJournalPart(ctx, kase, before)
    case 'notes':
      return await readNotesPart(ctx, actor, kase)
    case 'orders':
      return await readOrdersPart(ctx, actor, kase)
  }
}

async function readJournalPart(ctx: SubmissionsCtx, { eakte }: Case, before?: number): Promise<JournalPart> {
  const lines = await listJournalBefore(ctx, eakte.id, { limit: LINES, ...(before === undefined ? {} : { before }) })
  const last = lines.at(-1)?.seq ?? 1
  return { journal: await journalOf(ctx, lines), next: last > 1 ? last : null }
}

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
    journal: await journalOf(ctx, await listJournal(ctx, eakteId, { limit: LINES_WHOLE })),
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
