import { authorize } from '../identity/permissions.ts'
import type { Actor } from '../lib/actor.ts'
import { problemType } from '../lib/problem.ts'
import { labelsOf } from './placeholders.ts'
import { formBroken, previewAnswers } from './service-preview.ts'
import { look, sheetUnknown } from './service-read.ts'
import { type EditingCtx, readState } from './state.ts'

export const noticeBroken = problemType('editing/notice-broken', 409)

/** Which notice: its kind and language, and the trial whose answers it shows; without one it shows every text and every name. */
export type NoticeWanted = {
  readonly slug: string
  readonly kind: 'approval' | 'refusal'
  readonly lang: string
  readonly previewId?: string | undefined
}

/**
 * A notice as it would be with everything unpublished, as PDF. Throws `editing/sheet-unknown` (404), `editing/notice-broken`
 * (409), `editing/preview-unfinished` (409) and `notices/value-missing` (422).
 */
export async function sampleNotice(ctx: EditingCtx, actor: Actor, wanted: NoticeWanted): Promise<Uint8Array> {
  authorize(actor, 'content.edit')
  const { slug, kind, lang, previewId } = wanted
  const file = `notice.${kind}.${lang}.yaml`
  const state = await readState(ctx, slug)
  if (state.files[file] === undefined) {
    throw sheetUnknown(`file ${file}`)
  }
  const { content, form, findings } = await look(ctx, state)
  if (content === null || form === null) {
    throw formBroken(`service ${slug}`)
  }
  if (findings.some((finding) => finding.file.endsWith(`/${file}`))) {
    throw noticeBroken(`file ${file}`)
  }
  const answers = previewId === undefined ? null : await previewAnswers(ctx, actor, slug, previewId)
  const labels = labelsOf(content, slug, form)
  // Who must not be the person of the step before is a second one.
  const isCosigned = state.files['process.bpmn']?.includes('stadttor:notBy=') ?? false
  return await ctx.renderNoticeSample({ content, slug, kind, lang, answers, labels, isCosigned })
}
