import { reviewView } from '../forms/service.ts'
import { authorize } from '../identity/permissions.ts'
import { readAccount, readAccountSessions } from '../identity/service-accounts.ts'
import type { Actor } from '../lib/actor.ts'
import { wordsOf } from '../lib/words.ts'
import { readRequests } from '../messages/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { openDraft } from './draft.ts'
import { pathsOf } from './draft-frame.ts'
import { ownDrafts, readOverview } from './service-account.ts'
import { readAnswers } from './service-copy.ts'

type Rows = readonly { readonly label: string; readonly value: string }[]
type Section = { readonly title: string; readonly rows: Rows }

const iso = (atMs: number): string => new Date(atMs).toISOString()

/** Everything kept of an account, for its owner, as data (Art. 15 and 20 GDPR): account, sign-ins, drafts, applications. */
export async function exportAccount(ctx: SubmissionsCtx, actor: Actor) {
  authorize(actor, 'account.read')
  const [account, sessions, overview, drafts] = await Promise.all([
    readAccount(ctx, actor),
    readAccountSessions(ctx, actor),
    readOverview(ctx, actor),
    draftsOf(ctx, actor),
  ])
  const applications = overview.applications.map(async (one) => ({
    reference: one.reference,
    service: one.service,
    receivedAt: iso(one.receivedAtMs),
    state: one.state?.text.title ?? null,
    answers: await readAnswers(ctx, one.vorgangId),
    requests: (await readRequests(ctx, one.vorgangId)).map(({ text, dueOn, answer }) => ({ text, dueOn, answer })),
    notices: one.notices.map(({ issuedOn }) => ({ issuedOn })),
    payments: one.payments.map(({ state, amountCents, paymentReference }) => ({
      state,
      amountCents,
      paymentReference,
    })),
    documents: one.documents.map(({ title, sizeBytes, createdAtMs }) => ({ title, sizeBytes, at: iso(createdAtMs) })),
  }))
  return {
    format: 1,
    madeAt: iso(ctx.now()),
    account,
    sessions: sessions.map((one) => ({ signedInAt: iso(one.signedInAtMs), trustLevel: one.trustLevel })),
    drafts,
    applications: await Promise.all(applications),
  }
}

/** The same to read and print, as PDF. */
export async function exportAccountPdf(ctx: SubmissionsCtx, actor: Actor): Promise<Uint8Array> {
  const { account, drafts, applications } = await exportAccount(ctx, actor)
  const { content } = ctx.content.live()
  const t = wordsOf(content.words, 'de')
  const sections: Section[] = [
    {
      title: t('account.data-title'),
      rows: account.attributes.map(({ name, value }) => ({ label: t(`account.attribute.${name}`), value })),
    },
    ...drafts.flatMap((draft) =>
      draft.sections.map((section) => ({
        title: `${t('account.draft')}: ${draft.service.title}, ${section.title}`,
        rows: section.rows,
      })),
    ),
    ...applications.map((one) => ({
      title: `${one.service.title}, ${one.reference}`,
      rows: [
        { label: t('account.received'), value: one.receivedAt.slice(0, 10) },
        { label: t('account.state'), value: one.state ?? '' },
        ...flat(one.answers ?? {}),
      ],
    })),
  ]
  return await ctx.renderExport({ content, lang: 'de', sections, madeAtMs: ctx.now() })
}

async function draftsOf(ctx: SubmissionsCtx, actor: Actor) {
  const rows = await ownDrafts(ctx, actor)
  return await Promise.all(
    rows.map(async (row) => {
      const draft = await openDraft(ctx, actor, row.id)
      const { form, content, typed, today } = draft
      const words = ctx.formWords(content, row.lang)
      const view = reviewView(form, typed, { today, words, paths: pathsOf(row.id, row.serviceSlug) })
      const sections: readonly Section[] = view.sections.map(({ title, rows: shown }) => ({
        title,
        rows: shown.map(({ label, value }) => ({ label, value })),
      }))
      return { service: view.service, updatedAt: iso(row.updatedAtMs), expiresAt: iso(row.expiresAtMs), sections }
    }),
  )
}

/** Answers line by line, named by their path: what a program reads as well. */
function flat(answers: object, prefix = ''): Rows {
  return Object.entries(answers).flatMap(([key, value]): Rows => {
    const label = prefix === '' ? key : `${prefix}.${key}`
    return typeof value === 'object' && value !== null ? flat(value, label) : [{ label, value: String(value) }]
  })
}
