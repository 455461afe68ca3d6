import type { Content } from './content/snapshot.ts'
import { noticeNames } from './context-checks.ts'
import { type CaseDays, feesOn, lawUsed, withDelivery } from './context-law.ts'
import { kitOf, senderOf } from './context-letterhead.ts'
import type { LettersCtx } from './context-letters.ts'
import type { Typesetter } from './documents/typeset.ts'
import type { NoticeSample } from './editing/state.ts'
import type { Answers } from './forms/answers.ts'
import type { Form } from './forms/model.ts'
import { pathOfPointer, ruleInWords, summary } from './forms/service.ts'
import type { Words } from './forms/view.ts'
import { dayInBerlin } from './lib/clock.ts'
import type { Rule } from './lib/feel.ts'
import { wordsOf } from './lib/words.ts'
import type { AutomaticBasis, LawUsed, NoticeCase, NoticeFacts } from './notices/ctx.ts'
import { formatDay } from './notices/placeholders.ts'
import { type NoticeInput, renderNotice } from './notices/render.ts'
import { sampleTemplate } from './notices/sample.ts'
import { type NoticeTemplate, readNoticeTemplate } from './notices/template.ts'
import { readFee } from './payments/service.ts'
import { readAnswers } from './submissions/service-copy.ts'

/** Wires the setting of notices: of real cases, and of samples that editors look at. */
export function noticeLetters(whole: () => LettersCtx, typesetter: Typesetter) {
  return {
    renderNotice: async (facts: NoticeFacts): Promise<Uint8Array> => {
      const ctx = whole()
      const { vorgang, eakte, content } = facts
      const receivedOn = dayInBerlin(vorgang.openedAtMs)
      const answers = (await readAnswers(ctx, vorgang.id)) ?? {}
      const dates = { receivedOn, decidedOn: facts.issuedOn }
      return await renderNotice(typesetter, {
        ...aboutService(ctx, { ...facts, slug: vorgang.serviceSlug, titleLang: vorgang.lang, ...dates, answers }),
        kind: facts.kind,
        template: withDelivery(
          templateOf(ctx, { ...facts, slug: vorgang.serviceSlug }),
          facts.delivery,
          kitOf(content, facts.lang).words,
        ),
        aktenzeichen: eakte.aktenzeichen,
        reference: vorgang.reference,
        issuedOn: facts.issuedOn,
        createdAtMs: facts.createdAtMs,
        totalCents: readFee(ctx, { ...vorgang, content }, answers, dates).totalCents,
        ...(facts.automatic === undefined ? {} : { automatic: withLaw(facts.automatic, facts.law, facts.lang) }),
        reasons: facts.reasons,
        draftedBy: facts.draftedBy,
        signedBy: facts.signedBy,
      })
    },
    lawUsed: (kase: NoticeCase, on: string) => lawUsed(whole(), kase, on),
    renderNoticeSample: async (sample: NoticeSample): Promise<Uint8Array> => {
      const ctx = whole()
      const { content, slug, lang } = sample
      const words = wordsOf(content.words, 'de')
      const today = dayInBerlin(ctx.now())
      const answers = sample.answers ?? {}
      const template = templateOf(ctx, sample)
      const dates = { receivedOn: today, decidedOn: today }
      const form = ctx.form(content, slug, lang)
      const onlyIf = (rule: Rule): string =>
        words('editing.notice-only-if', {
          rule: inWords(rule, { form, formWords: ctx.formWords(content, lang), words }),
        })
      const bracket = (name: string): string => `[${sample.labels[name] ?? name}]`
      const about = aboutService(ctx, { ...sample, titleLang: lang, ...dates, answers })
      return await renderNotice(typesetter, {
        ...about,
        kind: sample.kind,
        summary: sample.answers === null ? allQuestions(form) : about.summary,
        isSample: true,
        template: sample.answers === null ? sampleTemplate(template, { labels: sample.labels, onlyIf }) : template,
        aktenzeichen: bracket('aktenzeichen'),
        reference: bracket('vorgangsnummer'),
        issuedOn: today,
        createdAtMs: ctx.now(),
        totalCents:
          sample.answers === null ? 0 : readFee(ctx, { content, serviceSlug: slug, lang }, answers, dates).totalCents,
        reasons: bracket('entscheidung.gruende'),
        draftedBy: words('editing.notice-clerk'),
        signedBy: sample.isCosigned ? words('editing.notice-signer') : null,
      })
    },
  }
}

type Saying = { readonly form: Form; readonly formWords: Words; readonly words: Words }

/** A condition in words where it has some, else as it is written. */
function inWords(rule: Rule, { form, formWords, words }: Saying): string {
  const key = `editing.notice-condition.${rule.source.replaceAll('.', '-')}`
  const own = words(key)
  return own === key ? (ruleInWords(form, rule, formWords) ?? rule.source) : own
}

/** Every question, with its name in brackets for its answer. */
const allQuestions = (form: Form): NoticeInput['summary'] => [
  {
    title: '',
    rows: [...form.fields.values()]
      .filter(({ kind }) => kind !== 'note')
      .map(({ path, shortLabel }) => ({ path, label: shortLabel, value: `[${shortLabel}]` })),
  },
]

type About = {
  readonly content: Content
  readonly slug: string
  readonly lang: string
  /** Language in which the service is named. */
  readonly titleLang: string
  readonly receivedOn: string
  readonly decidedOn: string
  readonly answers: Answers
}

/** What a notice says of a service and an application, whoever decides it. */
function aboutService(ctx: LettersCtx, about: About) {
  const { content, slug, lang, receivedOn, answers } = about
  return {
    kit: kitOf(content, lang),
    sender: senderOf(ctx, content, slug),
    serviceTitle: ctx.form(content, slug, about.titleLang).title,
    receivedOn,
    answers,
    summary: answeredSections(ctx.form(content, slug, lang), answers, {
      words: ctx.formWords(content, lang),
      today: receivedOn,
    }),
    feesCents: centsOn(content, about),
    isDemo: ctx.mode !== 'production',
  } satisfies Partial<NoticeInput>
}

/** Amounts in force on the days of a case, cents by fee id; one that a rule makes has none. */
const centsOn = (content: Content, days: CaseDays): Readonly<Record<string, number>> =>
  Object.fromEntries(
    [...feesOn(content, days).values()].flatMap(({ id, amountCents }) =>
      amountCents === undefined ? [] : [[id, amountCents] as const],
    ),
  )

/** The rule of an automatic decision with the rows of the law that it rests on, each with the day since when it holds. */
const withLaw = (automatic: AutomaticBasis, law: readonly LawUsed[], lang: string): AutomaticBasis => ({
  ...automatic,
  rule: [automatic.rule, ...law.map(({ source, validFrom }) => `${source} (${formatDay(validFrom, lang)})`)].join('; '),
})

type Templated = { readonly content: Content; readonly slug: string; readonly kind: string; readonly lang: string }

function templateOf(ctx: LettersCtx, { content, slug, kind, lang }: Templated): NoticeTemplate {
  const file = `services/${slug}/notice.${kind}.${lang}.yaml`
  const source = new TextDecoder().decode(content.file(file) ?? new Uint8Array())
  const read = readNoticeTemplate(source, file, {
    ...noticeNames(ctx.form(content, slug, lang)),
    fees: content.fees.fees.map((fee) => fee.id),
    remedies: kitOf(content, lang).remedies.map((remedy) => remedy.id),
  })
  if (!read.ok) {
    throw new Error(`notice template is broken: ${read.findings[0]?.type ?? ''}`)
  }
  return read.template
}

/** What was answered, in words, with the question that each answer belongs to. */
const answeredSections = (form: Form, answers: Answers, how: { readonly words: Words; readonly today: string }) =>
  summary(form, answers, how).map(({ title, rows }) => ({
    title,
    rows: rows
      .filter(({ isEmpty }) => !isEmpty)
      .map(({ pointer, label, value }) => ({ path: pathOfPointer(pointer), label, value })),
  }))
