import { readVorgang } from '../eakten/service.ts'
import { preparePayment, readPayments } from '../payments/service.ts'
import { planMoveItem } from '../postboxes/plan.ts'
import { readItem } from '../postboxes/service.ts'
import type { Caller } from './caller.ts'
import { apply, bodyOf, fillDraft, putFile, smallPdf } from './dog-tax.ts'
import type { Town } from './town.ts'

/** Everything of one citizen that a path can name. */
export type Things = {
  readonly draft: string
  readonly sentDraft: string
  readonly file: string
  readonly vorgang: string
  readonly item: string
  readonly request: string
  readonly errand: string
  /** A request to give access anew that `lead` made and nobody decided about. */
  readonly access: string
  /** A note that `clerk` wrote. */
  readonly note: string
  /** An order of `clerk` to the team of `steuern`. */
  readonly order: string
  /** Somebody outside whom `clerk` asked; opened by the owner of the Vorgang, too. */
  readonly expert: string
  readonly document: string
  readonly task: string
  readonly eakte: string
  readonly notice: string
  readonly payment: string
  readonly postbox: string
  /** Another session of the same account. */
  readonly session: string
  /** Of a clerk who is away: of the team of `postbox`. */
  readonly absence: string
  /** Somebody asked to answer a page of `draft`; opened by the owner of the draft, too. */
  readonly invitation: string
}
type People = { readonly citizen: Caller; readonly clerk: Caller; readonly lead: Caller }
type CaseView = {
  readonly eakteId: string
  readonly task: { readonly id: string } | null
  readonly decision: { readonly hash: string } | null
}
type Listed = readonly { readonly id: string }[]
type StatusView = { readonly requests: Listed; readonly notices: Listed; readonly documents: Listed }

/** Takes a Vorgang from the application to its notice, begins another draft with a file, and leaves all in `postbox`. */
export async function closeCase(town: Town, people: People, postbox: string): Promise<Things> {
  const { citizen, clerk, lead } = people
  const { draftId: sentDraft, vorgangId } = await apply(citizen, smallPdf(postbox))
  const take = (staff: Caller) => staff.post(`/postboxes/items/${vorgangId}/take`)
  const view = () => clerk.read<CaseView>(`/submissions/vorgaenge/${vorgangId}`)
  const status = () => citizen.read<StatusView>(`/submissions/status/${vorgangId}`)
  const finish = async (staff: Caller, values: object): Promise<void> => {
    const { task } = await view()
    await bodyOf(await staff.post(`/workflow/vorgaenge/${vorgangId}/tasks/${task?.id}/complete`, values), 200)
    await town.tick()
  }
  await take(clerk)
  const { task, eakteId } = await view()
  await finish(clerk, { outcome: 'request-information', message: 'Bitte die Chipnummer.', dueOn: '2026-12-30' })
  const request = firstOf((await status()).requests)
  await bodyOf(await citizen.post(`/submissions/status/${vorgangId}/requests/${request}`, { text: 'Die 276.' }), 200)
  await town.tick()
  await take(clerk)
  const expert = await askOutside(clerk, citizen, vorgangId)
  await finish(clerk, { outcome: 'approve' })
  await take(lead)
  await finish(lead, { outcome: 'sign', decisionHash: (await view()).decision?.hash })
  const { notices, documents } = await status()
  const { errand } = await askForHelp(citizen, clerk, vorgangId)
  const asked = { identifiedBy: 'id-document', reason: 'Die Person hat Konto und Postfach verloren.' }
  const lost = await lead.post(`/submissions/vorgaenge/${vorgangId}/access`, asked)
  const { accessId: access } = await bodyOf<{ accessId: string }>(lost, 201)
  await bodyOf(await clerk.post(`/submissions/vorgaenge/${vorgangId}/notes`, { note: 'Rückruf vereinbart.' }), 200)
  const { notes } = await clerk.read<{ notes: Listed }>(`/submissions/vorgaenge/${vorgangId}/parts/notes`)
  const given = { kind: 'information', to1: 'postbox:steuern', orderDueOn: '2026-12-30' }
  await bodyOf(await clerk.post(`/submissions/vorgaenge/${vorgangId}/orders`, given), 200)
  const { orders } = await clerk.read<{ orders: Listed }>(`/submissions/vorgaenge/${vorgangId}/parts/orders`)
  await move(town, vorgangId, postbox)
  await move(town, firstOf(orders), postbox)
  return {
    ...(await openDraft(citizen)),
    sentDraft,
    vorgang: vorgangId,
    item: vorgangId,
    request,
    errand,
    access,
    expert,
    note: firstOf(notes),
    order: firstOf(orders),
    document: firstOf(documents),
    task: task?.id ?? '',
    eakte: eakteId,
    notice: firstOf(notices),
    payment: await owe(town, vorgangId),
    postbox,
    session: await otherSession(citizen),
    absence: await absenceOf(town, postbox),
  }
}

/** Somebody outside is asked, and opens the link with the code. */
async function askOutside(clerk: Caller, outside: Caller, vorgangId: string): Promise<string> {
  const asked = {
    expertName: 'Dr. Weiß',
    expertEmail: 'gutachter@beispiel.example',
    expertQuestion: 'Stimmt das?',
    expertUntilOn: '2026-12-30',
  }
  const { documents } = await clerk.read<{ documents: Listed }>(`/submissions/vorgaenge/${vorgangId}`)
  const fields = { ...asked, [`document-${firstOf(documents)}`]: 'yes' }
  await bodyOf(await clerk.post(`/submissions/vorgaenge/${vorgangId}/experts`, fields), 200)
  type Experts = { readonly experts: readonly { readonly id: string; readonly code: string | null }[] }
  const { experts } = await clerk.read<Experts>(`/submissions/vorgaenge/${vorgangId}/parts/orders`)
  const { id = '', code = '' } = experts[0] ?? {}
  await bodyOf(await outside.post(`/submissions/experts/${id}/code`, { code }), 200)
  return id
}

/** A draft that is not sent, with a file. */
export async function openDraft(citizen: Caller): Promise<Pick<Things, 'draft' | 'file' | 'invitation'>> {
  const draft = await fillDraft(citizen, { until: 'unterlagen' })
  const { id: file } = await bodyOf<{ id: string }>(await putFile(citizen, draft, smallPdf('draft')), 201)
  return { draft, file, invitation: await askSomebody(citizen, draft) }
}

/** Where the form of the draft lets somebody else answer a page. */
async function askSomebody(citizen: Caller, draft: string): Promise<string> {
  const asked = { kind: 'step', role: 'kontakt', name: 'Verein', email: 'verein@beispiel.example' }
  const answer = await citizen.post(`/submissions/drafts/${draft}/invitations`, asked)
  if (!answer.ok) {
    return '01900000-0000-7000-8000-000000000002'
  }
  const { invitationId } = (await answer.json()) as { invitationId: string }
  type Role = { readonly invitations: readonly { readonly id: string; readonly code: string }[] }
  const { roles } = await citizen.read<{ roles: readonly Role[] }>(`/submissions/drafts/${draft}/participants`)
  const { code } = roles.flatMap(({ invitations }) => invitations).find(({ id }) => id === invitationId) ?? {}
  await bodyOf(await citizen.post(`/submissions/invitations/${invitationId}/code`, { code }), 200)
  return invitationId
}

/** Guests have none. */
async function otherSession(citizen: Caller): Promise<string> {
  const answer = await citizen.get('/identity/account/sessions')
  const sessions = answer.ok ? ((await answer.json()) as { id: string; isThis: boolean }[]) : []
  return sessions.find((session) => !session.isThis)?.id ?? '01900000-0000-7000-8000-000000000001'
}

/** Leaves an errand and a file that may be inspected. */
async function askForHelp(citizen: Caller, clerk: Caller, vorgangId: string): Promise<{ readonly errand: string }> {
  const ask = async (act: string, body: object): Promise<string> => {
    await bodyOf(await citizen.post(`/submissions/status/${vorgangId}/acts/${act}`, body), 200)
    const { errands } = await clerk.read<{ errands: Listed }>(`/submissions/vorgaenge/${vorgangId}`)
    return errands.at(-1)?.id ?? ''
  }
  const inspection = await ask('inspection', {})
  const granted = clerk.post(`/submissions/vorgaenge/${vorgangId}/errands/${inspection}`, { untilOn: '2026-12-30' })
  await bodyOf(await granted, 200)
  return { errand: await ask('help', { 'helps-braille': 'yes' }) }
}

function firstOf(list: Listed): string {
  const [first] = list
  if (first === undefined) {
    throw new Error('the case has nothing of this kind')
  }
  return first.id
}

/** Something to pay, as a process would ask for it. */
async function owe({ ctx }: Town, vorgangId: string): Promise<string> {
  const vorgang = await readVorgang(ctx, vorgangId)
  if (vorgang === undefined) {
    throw new Error('there is no such Vorgang')
  }
  const fee = { items: [], totalCents: 100, versions: [], isFree: false, reason: null } as const
  const plan = await preparePayment(ctx, {
    vorgangId,
    eakteId: vorgang.eakteId,
    keyId: vorgang.keyId,
    content: ctx.content.live().content,
    effectKey: 'pay-1',
    fee: { ...fee, isExemptionClaimed: false, isEstimate: false },
    actor: 'system:process',
  })
  await ctx.write(plan)
  return firstOf(await readPayments(ctx, vorgangId))
}

async function move(town: Town, vorgangId: string, postbox: string): Promise<void> {
  const item = await readItem(town.ctx, vorgangId)
  if (item !== undefined && item.postbox !== postbox) {
    await town.ctx.write(planMoveItem(item, { postbox }))
  }
}

/** A clerk of the team who is away, not one of those who ask. */
async function absenceOf(town: Town, team: string): Promise<string> {
  const away = await town.signIn(`away-${town.ctx.newId()}`, { roles: ['clerk'], teams: [team] })
  const days = { from: '2026-12-01', until: '2026-12-02' }
  return (await bodyOf<{ absenceId: string }>(await away.post('/identity/absences', days), 200)).absenceId
}
