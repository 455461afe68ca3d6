import { documentMissing, openDocument, readFiledDocuments } from '../documents/service.ts'
import { planJournal } from '../eakten/plan.ts'
import { readVorgaenge } from '../eakten/service.ts'
import { authorize } from '../identity/permissions.ts'
import { listJournal } from '../journal/service.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { problemType } from '../lib/problem.ts'
import { readContactChange } from '../messages/service-contact.ts'
import { readInspection } from '../messages/service-letters.ts'
import { readCase, textsOf } from '../workflow/service.ts'
import { type ActField, type ActIssue, type ActTyped, fieldsOf } from './act-form.ts'
import { type Act, type ObjectionPeriod, possibleActs } from './acts.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { factsOf } from './service-act-facts.ts'
import { openForm, readForm } from './service-act-forms.ts'
import { ownVorgang } from './service-status.ts'
import { type Spoken, spokenView } from './spoken-view.ts'

export const inspectionOver = problemType('submissions/inspection-over', 404)

export type ActPage = Spoken & {
  readonly vorgangId: string
  readonly reference: string
  readonly service: { readonly title: string }
  readonly isObjection: boolean
  readonly act: Act
  readonly about: string
  /** False where it cannot be done (any more): the page then leads back. */
  readonly isPossible: boolean
  /** To be sent with the form: sent twice it is one act. */
  readonly version: number
  readonly fields: readonly ActField[]
  readonly typed: ActTyped
  readonly issues: readonly ActIssue[]
  readonly period: ObjectionPeriod | null
  /** What follows from taking the application back. */
  readonly consequences: readonly string[]
  /** The address that waits for its code. */
  readonly email: string | null
}

/** Data of the page on which an act is done, in the wanted language or that of the Vorgang. Throws 404 for a foreign Vorgang. */
export async function readActPage(
  ctx: SubmissionsCtx,
  actor: Actor,
  input: { readonly vorgangId: string; readonly act: Act; readonly about: string; readonly wanted: string | null },
): Promise<ActPage> {
  authorize(actor, 'act.perform', { vorgangId: input.vorgangId })
  const kase = await readCase(ctx, input.vorgangId)
  const { vorgang, content } = kase
  const lang = input.wanted ?? vorgang.lang
  const [facts, row, texts, change] = await Promise.all([
    factsOf(ctx, kase),
    readForm(ctx, kase, input),
    textsOf(ctx, kase, lang),
    readContactChange(ctx, vorgang.id),
  ])
  const possible = possibleActs(facts).find(({ act, about }) => act === input.act && about === input.about)
  const view = {
    vorgangId: vorgang.id,
    reference: vorgang.reference,
    service: { title: ctx.form(content, vorgang.serviceSlug, lang).title },
    isObjection: vorgang.kind === 'objection',
    act: input.act,
    about: input.about,
    isPossible: possible !== undefined,
    version: row.version,
    fields: fieldsOf(input.act),
    ...(await openForm(ctx, row)),
    period: possible?.period ?? null,
    consequences: texts.withdrawal?.consequences ?? [],
    email: change?.email ?? null,
  }
  return await spokenView(ctx, view, { kase, lang })
}

export type InspectionView = {
  readonly vorgangId: string
  readonly reference: string
  readonly untilOn: string
  readonly withheld: number
  readonly documents: readonly {
    readonly id: string
    readonly kind: string
    readonly title: string
    readonly createdAtMs: number
    readonly sizeBytes: number
  }[]
  /** Who did something: a kind of actor, never a name. */
  readonly journal: readonly {
    readonly seq: number
    readonly type: string
    readonly atMs: number
    readonly actor: string
  }[]
}

/** The eAkte as the person may inspect it: its documents without those withheld, its journal without names. Throws 404 when it is over. */
export async function readInspectionView(
  ctx: SubmissionsCtx,
  actor: Actor,
  vorgangId: string,
): Promise<InspectionView> {
  authorize(actor, 'inspection.read', { vorgangId })
  const vorgang = await ownVorgang(ctx, actor, vorgangId)
  const { inspection, documents } = await inspectable(ctx, vorgang)
  const lines = await listJournal(ctx, vorgang.eakteId, { limit: 500 })
  const today = dayInBerlin(ctx.now())
  const isNoted = lines.some(({ type, atMs }) => type === 'file-inspected' && dayInBerlin(atMs) === today)
  if (!isNoted) {
    const body = { vorgang: vorgangId }
    await ctx.write(planJournal(vorgang.eakteId, 'file-inspected', ctx.now(), actorId(actor), body))
  }
  return {
    vorgangId,
    reference: vorgang.reference,
    untilOn: inspection.untilOn,
    withheld: inspection.withheld.length,
    documents: documents.map(({ id, kind, createdAtMs, meta }) => ({
      id,
      kind,
      title: meta.title ?? meta.fileName,
      createdAtMs,
      sizeBytes: meta.sizeBytes,
    })),
    // That clerks wrote something down for each other is none of the file that a party sees (§ 29 Abs. 1 Satz 2 VwVfG).
    journal: lines
      .filter(({ type }) => !type.startsWith('note-'))
      .map(({ seq, type, atMs, actor: by }) => ({
        seq,
        type,
        atMs,
        actor: by.startsWith('staff:') ? 'staff' : by,
      })),
  }
}

/** Opens a document that file inspection shows. Throws 404 for one that is withheld or of another eAkte, and when it is over. */
export async function openInspectedDocument(ctx: SubmissionsCtx, actor: Actor, vorgangId: string, documentId: string) {
  authorize(actor, 'inspection.read', { vorgangId })
  const vorgang = await ownVorgang(ctx, actor, vorgangId)
  const { documents } = await inspectable(ctx, vorgang)
  if (!documents.some(({ id }) => id === documentId)) {
    throw documentMissing(`document ${documentId}`)
  }
  return await openDocument(ctx, documentId)
}

async function inspectable(ctx: SubmissionsCtx, vorgang: { readonly id: string; readonly eakteId: string }) {
  const inspection = await readInspection(ctx, vorgang.id)
  if (inspection === null || inspection.untilOn < dayInBerlin(ctx.now())) {
    throw inspectionOver(`vorgang ${vorgang.id}`)
  }
  const siblings = await readVorgaenge(ctx, vorgang.eakteId)
  const all = await readFiledDocuments(
    ctx,
    siblings.map(({ id }) => id),
  )
  return { inspection, documents: all.filter(({ id }) => !inspection.withheld.includes(id)) }
}
