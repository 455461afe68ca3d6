import { LRUCache } from 'lru-cache'
import type { CatalogueCtx } from './catalogue/service.ts'
import type { Content } from './content/snapshot.ts'
import { kitOf, senderOf } from './context-letterhead.ts'
import { noticeLetters } from './context-notices.ts'
import { createTypesetter, type Typesetter } from './documents/typeset.ts'
import type { NoticeSample } from './editing/state.ts'
import { paperView } from './forms/service.ts'
import { wordsOf } from './lib/words.ts'
import type { NoticeFacts } from './notices/ctx.ts'
import { letterLang } from './notices/lang.ts'
import { renderExport, renderReceipt, type Sender } from './notices/render.ts'
import { renderOpinion } from './notices/render-opinion.ts'
import { renderEmptyForm, renderPaper } from './notices/render-paper.ts'
import { renderPaymentReceipt } from './notices/render-payment.ts'
import type { PaymentReceiptFacts } from './payments/ctx.ts'
import type { Contact, CopyFacts, ExportFacts, OpinionFacts, PaperFacts, SubmissionsCtx } from './submissions/ctx.ts'

export type LettersCtx = SubmissionsCtx & CatalogueCtx
/** What letters need of the context, asked for when a letter is set. */
export type Letters = {
  readonly renderNotice: (facts: NoticeFacts) => Promise<Uint8Array>
  readonly lawUsed: SubmissionsCtx['lawUsed']
  readonly renderNoticeSample: (sample: NoticeSample) => Promise<Uint8Array>
  readonly renderCopy: (facts: CopyFacts) => Promise<Uint8Array>
  readonly renderOpinion: (facts: OpinionFacts) => Promise<Uint8Array>
  readonly renderPaymentReceipt: (facts: PaymentReceiptFacts) => Promise<Uint8Array>
  readonly renderPaper: (facts: PaperFacts) => Promise<Uint8Array>
  readonly renderEmptyForm: (content: Content, serviceSlug: string) => Promise<Uint8Array>
  /** The office that works a service, as its letterhead names it. */
  readonly contact: (content: Content, serviceSlug: string) => Contact
  readonly renderExport: (facts: ExportFacts) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

const LIMITS = { queueMax: 200, timeoutMs: 20_000, documentsPerHost: 500 }

/** Wires content, forms, fees and offices to the setting of letters; one typesetter for the town. */
export function createLetters(whole: () => LettersCtx): Letters {
  const typesetter = createTypesetter(LIMITS)
  return {
    close: typesetter.close,
    contact: (content, slug) => contactOf(senderOf(whole(), content, slug)),
    ...noticeLetters(whole, typesetter),
    renderPaymentReceipt: async ({ content, vorgang, method, ...facts }) => {
      const ctx = whole()
      const words = wordsOf(content.words, facts.lang)
      const key = `payment.method.${method ?? ''}`
      return await renderPaymentReceipt(typesetter, {
        ...facts,
        kit: kitOf(content, letterLang(content, facts.lang)),
        sender: senderOf(ctx, content, facts.serviceSlug),
        serviceTitle: ctx.form(content, facts.serviceSlug, facts.lang).title,
        reference: vorgang.reference,
        methodName: words(key) === key ? '' : words(key),
        isDemo: ctx.mode !== 'production',
      })
    },
    renderCopy: async (facts) => {
      const ctx = whole()
      return await renderReceipt(typesetter, {
        kit: kitOf(facts.content, letterLang(facts.content, facts.lang)),
        sender: senderOf(ctx, facts.content, facts.serviceSlug),
        serviceTitle: facts.serviceTitle,
        reference: facts.reference,
        receivedAtMs: facts.receivedAtMs,
        sections: facts.sections.map(({ title, rows }) => ({
          title,
          rows: rows.map(({ label, value }) => ({ label, value })),
        })),
        attachments: facts.files,
        dataJson: facts.dataJson,
        isDemo: ctx.mode !== 'production',
      })
    },
    renderOpinion: async ({ content, serviceSlug, ...facts }) => {
      const ctx = whole()
      const [kit, sender] = [kitOf(content, letterLang(content, 'de')), senderOf(ctx, content, serviceSlug)]
      return await renderOpinion(typesetter, { ...facts, kit, sender, isDemo: ctx.mode !== 'production' })
    },
    renderPaper: async (facts) => {
      const ctx = whole()
      return await renderPaper(typesetter, {
        kit: kitOf(facts.content, letterLang(facts.content, facts.lang)),
        sender: senderOf(ctx, facts.content, facts.serviceSlug),
        serviceTitle: facts.serviceTitle,
        sections: facts.sections.map(({ title, rows }) => ({
          title,
          rows: rows.map(({ label, value }) => ({ label, value })),
        })),
        code: facts.code,
        attachments: facts.files,
        declaration: facts.declaration,
        createdAtMs: facts.createdAtMs,
        isDemo: ctx.mode !== 'production',
      })
    },
    renderEmptyForm: emptyForms(whole, typesetter),
    renderExport: exports(whole, typesetter),
  }
}

/** Sets what the owner of an account takes along; the city is the sender. */
const exports =
  (whole: () => LettersCtx, typesetter: Typesetter): Letters['renderExport'] =>
  async ({ content, lang, sections, madeAtMs }) => {
    const ctx = whole()
    const [kit, sender] = [kitOf(content, letterLang(content, lang)), senderOf(ctx, content, '')]
    return await renderExport(typesetter, { kit, sender, sections, madeAtMs, isDemo: ctx.mode !== 'production' })
  }

const EMPTY_FORMS_KEPT = 100

/** The empty form of a version never changes: it is set once, at the first question for it. */
function emptyForms(whole: () => LettersCtx, typesetter: Typesetter): Letters['renderEmptyForm'] {
  const kept = new LRUCache<string, Promise<Uint8Array>>({ max: EMPTY_FORMS_KEPT })
  return async (content, slug) => {
    const ctx = whole()
    const form = ctx.form(content, slug, 'de')
    const key = `${form.digest}:${content.digestOfFile('letters/form.typ')}:${content.digestOfFile('letters/letter.de.yaml')}`
    const words = ctx.formWords(content, form.lang)
    const made =
      kept.get(key) ??
      renderEmptyForm(typesetter, {
        kit: kitOf(content, letterLang(content, form.lang)),
        sender: senderOf(ctx, content, slug),
        serviceTitle: form.title,
        sections: paperView(form, words),
        createdAtMs: 0,
        isDemo: ctx.mode !== 'production',
      })
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    return await made
  }
}

const contactOf = ({ office, phone, email }: Sender): Contact => ({ name: office, phone, email })
