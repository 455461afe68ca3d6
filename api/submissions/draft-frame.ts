import type { Content } from '../content/snapshot.ts'
import { germanTextsOf, type SpokenWords } from '../forms/service.ts'
import type { FormPaths } from '../forms/view.ts'
import { ACCOUNT_IDLE_MS } from '../identity/service.ts'
import type { Actor } from '../lib/actor.ts'
import type { Contact, SubmissionsCtx } from './ctx.ts'
import type { Draft } from './draft.ts'

/** Where the pages of a draft are. */
export const pathsOf = (draftId: string, slug: string): FormPaths => ({
  start: `/antrag/beginnen/${slug}`,
  step: (address, changing = false) => `/antrag/${draftId}/${address}${changing ? '?aendern=1' : ''}`,
  review: `/antrag/${draftId}/pruefen`,
  tasks: `/antrag/${draftId}/aufgaben`,
})

/** What every page of an application knows: its language, what of it is German, and who helps. */
export type PageFrame = {
  readonly lang: string
  readonly germanTexts: readonly string[]
  readonly contact: Contact
  readonly isSensitive: boolean
}
/** The same for a page of a draft. */
export type DraftFrame = PageFrame & {
  readonly draftId: string
  readonly expiresAtMs: number
  /** How long a sign-in lives without use; null for a guest, whose draft stays open as long as it is kept. */
  readonly signOutAfterMs: number | null
}

type Framing = {
  readonly content: Content
  readonly slug: string
  readonly lang: string
  readonly heard: SpokenWords
  /** Texts made of the form's German ones. */
  readonly made?: ReadonlySet<string>
}

/** A view with what every page of an application knows. */
export function framed<T extends object>(ctx: SubmissionsCtx, view: T, at: Framing): T & PageFrame {
  const { content, slug, lang, heard, made = new Set() } = at
  const german = lang === 'de' ? [] : germanTextsOf(view, ctx.form(content, slug, lang).germanTexts, heard.german, made)
  return {
    ...view,
    lang,
    germanTexts: german,
    contact: ctx.contact(content, slug),
    isSensitive: content.services.get(slug)?.isSensitive ?? false,
  }
}

/** The words and paths by which a draft's pages are built, and what makes a page of them. */
export function pageOf(ctx: SubmissionsCtx, actor: Actor, { row, content, today }: Draft) {
  const words = ctx.formWords(content, row.lang)
  const paths = pathsOf(row.id, row.serviceSlug)
  const at = { content, slug: row.serviceSlug, lang: row.lang, heard: words }
  return {
    options: { today, words, paths },
    framed: <T extends object>(view: T): T & DraftFrame => ({
      ...framed(ctx, view, at),
      draftId: row.id,
      expiresAtMs: row.expiresAtMs,
      signOutAfterMs: actor.kind === 'citizen' && actor.account !== undefined ? ACCOUNT_IDLE_MS : null,
    }),
  }
}
