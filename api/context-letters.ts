import { officePage } from './catalogue/pages.ts'
import type { CatalogueCtx } from './catalogue/service.ts'
import type { Content } from './content/snapshot.ts'
import { createTypesetter, type Typesetter } from './documents/typeset.ts'
import { namesOf } from './forms/names.ts'
import { paperView } from './forms/service.ts'
import { dayInBerlin } from './lib/clock.ts'
import { ruleInForce } from './lib/deadlines.ts'
import { wordsOf } from './lib/words.ts'
import type { NoticeFacts } from './notices/ctx.ts'
import { letterLang } from './notices/lang.ts'
import { type LetterKit, readLetterKit } from './notices/letter-kit.ts'
import { renderExport, renderNotice, renderReceipt, type Sender } from './notices/render.ts'
import { renderEmptyForm, renderPaper } from './notices/render-paper.ts'
import { renderPaymentReceipt } from './notices/render-payment.ts'
import { type NoticeTemplate, readNoticeTemplate } from './notices/template.ts'
import type { PaymentReceiptFacts } from './payments/ctx.ts'
import { readFee } from './payments/service.ts'
import type { Contact, CopyFacts, ExportFacts, PaperFacts, SubmissionsCtx } from './submissions/ctx.ts'
import { readAnswers } from './submissions/service-copy.ts'

type LettersCtx = SubmissionsCtx & CatalogueCtx
/** What letters need of the context, asked for when a letter is set. */
export type Letters = {
  readonly renderNotice: (facts: NoticeFacts) => Promise<Uint8Array>
  readonly renderCopy: (facts: CopyFacts) => Promise<Uint8Array>
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
    renderNotice: async (facts) => {
      const ctx = whole()
      const { vorgang, eakte, content } = facts
      const receivedOn = dayInBerlin(vorgang.openedAtMs)
      const answers = (await readAnswers(ctx, vorgang.id)) ?? {}
      return await renderNotice(typesetter, {
        template: templateOf(ctx, facts),
        kit: kitOf(content, facts.lang),
        sender: senderOf(ctx, content, vorgang.serviceSlug),
        serviceTitle: ctx.form(content, vorgang.serviceSlug, vorgang.lang).title,
        aktenzeichen: eakte.aktenzeichen,
        reference: vorgang.reference,
        receivedOn,
        issuedOn: facts.issuedOn,
        createdAtMs: facts.createdAtMs,
        answers,
        totalCents: readFee(ctx, { ...vorgang, content }, answers, { receivedOn, decidedOn: facts.issuedOn })
          .totalCents,
        ...(facts.automatic === undefined ? {} : { automatic: facts.automatic }),
        feesCents: feesOn(content, receivedOn),
        reasons: facts.reasons,
        draftedBy: facts.draftedBy,
        signedBy: facts.signedBy,
        isDemo: ctx.mode !== 'production',
      })
    },
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
  const kept = new Map<string, Promise<Uint8Array>>()
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
        sections: paperView(form, [words('forms.yes'), words('forms.no')]),
        createdAtMs: 0,
        isDemo: ctx.mode !== 'production',
      })
    kept.set(key, made)
    made.catch(() => kept.delete(key))
    if (kept.size > EMPTY_FORMS_KEPT) {
      kept.delete(kept.keys().next().value ?? '')
    }
    return await made
  }
}

function kitOf(content: Content, lang: string): LetterKit {
  const deadlines = content.deadlines.deadlines.map((rule) => rule.id)
  const read = readLetterKit(content.file, lang, deadlines)
  if (!read.ok) {
    throw new Error(`letters are broken: ${read.findings[0]?.type ?? ''}`)
  }
  return read.kit
}

function templateOf(ctx: LettersCtx, { content, vorgang, kind, lang }: NoticeFacts): NoticeTemplate {
  const file = `services/${vorgang.serviceSlug}/notice.${kind}.${lang}.yaml`
  const source = new TextDecoder().decode(content.file(file) ?? new Uint8Array())
  const read = readNoticeTemplate(source, file, {
    form: namesOf(ctx.form(content, vorgang.serviceSlug, lang).fields.values()),
    fees: content.fees.fees.map((fee) => fee.id),
    remedies: kitOf(content, lang).remedies.map((remedy) => remedy.id),
  })
  if (!read.ok) {
    throw new Error(`notice template is broken: ${read.findings[0]?.type ?? ''}`)
  }
  return read.template
}

const contactOf = ({ office, phone, email }: Sender): Contact => ({ name: office, phone, email })

/** Letterhead: the city, and the office whose postbox works the service. */
function senderOf(ctx: LettersCtx, content: Content, slug: string): Sender {
  const { city } = content
  const postbox = content.postboxes.get(content.services.get(slug)?.postbox ?? '')
  const office = officePage(ctx.catalogueIndex(content), postbox?.office ?? '')
  return {
    name: city.authority.de,
    nameDsb: city.authority.dsb ?? city.authority.de,
    street: office?.street ?? city.address.street,
    postalCode: office?.postalCode ?? city.address.postalCode,
    town: office?.town ?? city.address.town,
    phone: office?.phone ?? city.phone,
    email: office?.email ?? city.email,
    office: office?.name ?? city.authority.de,
  }
}

/** Amounts in force on a day, cents by fee id. */
function feesOn(content: Content, on: string): Readonly<Record<string, number>> {
  const ids = [...new Set(content.fees.fees.map((fee) => fee.id))]
  return Object.fromEntries(
    ids.flatMap((id) => {
      const cents = ruleInForce(content.fees.fees, id, on)?.amountCents
      return cents === undefined ? [] : [[id, cents] as const]
    }),
  )
}
