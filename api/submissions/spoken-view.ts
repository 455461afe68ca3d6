import { germanTextsOf, textsIn } from '../forms/service.ts'
import { type Case, textsOf } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** In which language a page after sending is, and which of its texts are German all the same (WCAG 2.2, 3.1.2). */
export type Spoken = { readonly lang: string; readonly germanTexts: readonly string[] }

/**
 * A view of a Vorgang with its language. What the form and the process say only in German is named, and so is what the office
 * wrote: its language is German (§ 23 VwVfG).
 */
export async function spokenView<T extends object>(
  ctx: SubmissionsCtx,
  view: T,
  { kase, lang, written = [] }: { readonly kase: Case; readonly lang: string; readonly written?: readonly string[] },
): Promise<T & Spoken> {
  if (lang === 'de') {
    return { ...view, lang, germanTexts: [] }
  }
  const { content, vorgang } = kase
  const process = new Set(textsIn(await textsOf(ctx, kase, 'de')))
  const form = ctx.form(content, vorgang.serviceSlug, lang)
  return { ...view, lang, germanTexts: germanTextsOf(view, form.germanTexts, process, new Set(written)) }
}
