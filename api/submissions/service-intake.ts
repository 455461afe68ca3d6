import { join, type Plan } from '../../db/batch.ts'
import { planForgetUploads } from '../documents/plan.ts'
import { discardBlobs, prepareDocument, readCodesOf, receiveUpload, type Upload } from '../documents/service.ts'
import { readVorgang } from '../eakten/service.ts'
import { validateAll } from '../forms/service.ts'
import { authorize, can } from '../identity/permissions.ts'
import { type Actor, actorId } from '../lib/actor.ts'
import { dayInBerlin } from '../lib/clock.ts'
import { Problem, problemType } from '../lib/problem.ts'
import { wordsOf } from '../lib/words.ts'
import { readCase } from '../workflow/service.ts'
import { changedMeanwhile } from './change.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { type Draft, openDraftRow } from './draft.ts'
import { hashOfCode, paperCode, readOpticalText } from './paper-code.ts'
import { incomplete } from './refusals.ts'
import { ACT_FILE } from './service-act-files.ts'
import { openPrinted, paperKey, paperUnknown } from './service-paper.ts'
import { prepareSubmission } from './service-submit.ts'
import { findDraft, findPaper, type PaperRow, usePaper } from './store.ts'

export const paperUnreadable = problemType('submissions/paper-unreadable', 422)
export const paperUnchecked = problemType('submissions/paper-unchecked', 422)

const TRIES_MAX = 3

/** A scan whose bytes are stored, under a key of its own: whose it is shows only when its code was read. */
export type StoredScan = { readonly upload: Upload; readonly plan: Plan; readonly keyId: string }
export type Intake = {
  /** As typed; empty where the scan shows the code. */
  readonly code: string
  readonly scan: StoredScan | null
  /** Somebody looked at the scan. */
  readonly isChecked: boolean
  readonly original: 'returned' | 'kept' | 'destroyed'
}
export type TakenIn = {
  readonly vorgangId: string
  readonly reference: string
  /** The Vorgang lies in a postbox of whoever took the paper in. */
  readonly isOwn: boolean
}

/** Stores the scan of a signed form. Throws the refusals of `documents/`. */
export async function storeScan(
  ctx: SubmissionsCtx,
  actor: Actor,
  file: { readonly fileName: string; readonly source: AsyncIterable<Uint8Array> },
): Promise<StoredScan> {
  authorize(actor, 'paper.take-in')
  const keyId = ctx.newId()
  await ctx.keyring.createKey(keyId)
  const { bytesMax, mediaTypes } = ACT_FILE
  const place = { draftId: keyId, keyId, field: '/scan' }
  return { ...(await receiveUpload(ctx, { ...place, ...file, bytesMax, mediaTypes })), keyId }
}

/**
 * Takes in a signed form at the counter: the answers that were printed become a Vorgang as if they had been sent, and the
 * scan a document beside them with how it was made. Done twice it is one Vorgang.
 * Throws `submissions/paper-unknown`, `paper-unreadable` where neither the scan nor a person says the code,
 * `paper-unchecked`, `incomplete`.
 */
export async function takeInPaper(ctx: SubmissionsCtx, actor: Actor, intake: Intake): Promise<TakenIn> {
  authorize(actor, 'paper.take-in')
  try {
    if (intake.scan !== null && !intake.isChecked) {
      throw paperUnchecked('the scan was not looked at', { errors: [{ pointer: '/isChecked', type: 'missing' }] })
    }
    const codeHash = await hashOf(ctx, intake)
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      const paper = await findPaper(ctx.db, codeHash)
      if (paper === undefined || paper.expiresAtMs <= ctx.now()) {
        throw paperUnknown('no such code')
      }
      const vorgangId = paper.vorgangId ?? (await tryTakeIn(ctx, actor, paper, intake))
      if (vorgangId !== null) {
        await (paper.vorgangId === null ? undefined : discardScan(ctx, intake))
        return await takenIn(ctx, actor, vorgangId)
      }
    }
    throw changedMeanwhile('paper')
  } catch (error) {
    if (error instanceof Problem) {
      await discardScan(ctx, intake)
    }
    throw error
  }
}

const discardScan = async (ctx: SubmissionsCtx, { scan }: Intake): Promise<void> => {
  await discardBlobs(ctx, scan === null ? [] : [scan.upload.blobId])
}

/** What was typed counts; else the codes on the scan are tried. */
async function hashOf(ctx: SubmissionsCtx, { code, scan }: Intake): Promise<string> {
  const key = paperKey(ctx)
  if (code.trim() !== '') {
    return hashOfCode(key, code)
  }
  const texts = scan === null ? [] : await readCodesOf(ctx, scan.keyId, scan.upload)
  const [printed] = texts.flatMap((text) => readOpticalText(key, ctx.town, text) ?? [])
  if (printed === undefined) {
    throw paperUnreadable('no code', { errors: [{ pointer: '/code', type: 'missing' }] })
  }
  return hashOfCode(key, paperCode(key, printed))
}

/** Null where somebody was quicker: look again. */
async function tryTakeIn(ctx: SubmissionsCtx, actor: Actor, paper: PaperRow, intake: Intake): Promise<string | null> {
  const row = await findDraft(ctx.db, paper.draftId)
  if (row === undefined || row.state !== 'open') {
    throw paperUnknown('its draft is gone')
  }
  const draft: Draft = { ...(await openDraftRow(ctx, actor, row)), typed: await openPrinted(ctx, row.keyId, paper) }
  const checked = validateAll(draft.form, draft.typed, { today: dayInBerlin(paper.createdAtMs) })
  if (!checked.ok) {
    throw incomplete('answers are missing or wrong', { errors: checked.issues })
  }
  const prepared = await prepareSubmission(ctx, actor, draft, checked.answers)
  const { vorgangId, eakteId } = prepared
  const scanned = await planScanned(ctx, actor, { vorgangId, eakteId, intake, draft })
  const result = await ctx.write(
    join(prepared.plan, { guards: [usePaper(paper.codeHash, vorgangId)] }, scanned, {
      journal: [
        {
          eakteId,
          type: 'paper-received',
          atMs: ctx.now(),
          actor: actorId(actor),
          body: { vorgang: vorgangId, scanned: intake.scan !== null, original: intake.original },
        },
      ],
    }),
  )
  if (!result.ok) {
    return null
  }
  await discardBlobs(ctx, prepared.looseBlobs)
  return vorgangId
}

type Scanned = {
  readonly vorgangId: string
  readonly eakteId: string
  readonly intake: Intake
  readonly draft: Draft
}

/** The scan becomes a document; how it was made stands with it, sealed. */
async function planScanned(ctx: SubmissionsCtx, actor: Actor, scanned: Scanned): Promise<Plan> {
  const { scan, isChecked, original } = scanned.intake
  if (scan === null) {
    return {}
  }
  const by = actorId(actor)
  const document = await prepareDocument(ctx, {
    id: scan.upload.id,
    eakteId: scanned.eakteId,
    vorgangId: scanned.vorgangId,
    kind: 'scan',
    keyId: scan.keyId,
    blobId: scan.upload.blobId,
    meta: {
      ...scan.upload.meta,
      title: wordsOf(scanned.draft.content.words, scanned.draft.row.lang)('document.scan'),
      scan: { by, atMs: ctx.now(), how: 'upload', isChecked, original },
    },
    createdBy: by,
  })
  return join(scan.plan, document, planForgetUploads([scan.upload]))
}

async function takenIn(ctx: SubmissionsCtx, actor: Actor, vorgangId: string): Promise<TakenIn> {
  const [vorgang, kase] = await Promise.all([readVorgang(ctx, vorgangId), readCase(ctx, vorgangId)])
  return {
    vorgangId,
    reference: vorgang?.reference ?? '',
    isOwn: can(actor, 'vorgang.read', { postboxes: [kase.item.postbox] }),
  }
}
