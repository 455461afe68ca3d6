import type { Caller } from './caller.ts'
import { bodyOf, DRAFTS, type Next, putFile, smallPdf } from './dog-tax.ts'

/** Invented answers to "Kita-Platz anmelden" of two guardians, by control. */
export const KITA_ANSWERS: Readonly<Record<string, string>> = {
  '/kind/vornamen': 'Lea',
  '/kind/familienname': 'Krawc',
  '/kind/geburtsdatum/day': '27',
  '/kind/geburtsdatum/month': '3',
  '/kind/geburtsdatum/year': '2026',
  '/elternteil/vornamen': 'Mara Łucja',
  '/elternteil/familienname': 'Lehmann-Nowak',
  '/elternteil/anschrift/strasse': 'Sandower Straße',
  '/elternteil/anschrift/hausnummer': '12 a',
  '/elternteil/anschrift/plz': '03046',
  '/elternteil/anschrift/ort': 'Cottbus/Chóśebuz',
  '/elternteil/kontakt/email': 'mara@beispiel.example',
  '/sorge/gemeinsam': 'gemeinsam',
  '/zweite/vornamen': 'Jan',
  '/zweite/familienname': 'Krawc',
  '/betreuung/beginn/day': '1',
  '/betreuung/beginn/month': '8',
  '/betreuung/beginn/year': '2027',
  '/betreuung/stunden': 'sechs',
  '/geschwister/+': 'false',
  '/wuensche/erste': 'sielow',
  '/wuensche/witaj': 'true',
  '/erklaerung/richtigkeit': 'true',
}
export const KITA = 'kita-platz'
export const PROOF_QUESTION = '/betreuung/nachweis'
/** Pages that want a file, with the question. */
const FILES: Readonly<Record<string, string>> = {
  nachweis: PROOF_QUESTION,
  geburtsurkunde: '/unterlagen/geburtsurkunde',
}

/** Fills an application for a place until the page `until` or the review; answers its draft. */
export async function fillKita(
  caller: Caller,
  changes: Readonly<Record<string, string>> = {},
  until?: string,
): Promise<string> {
  const begun = await bodyOf<{ draftId: string; step: string }>(await caller.post(DRAFTS, { service: KITA }), 201)
  return await fillKitaFrom(caller, begun, { changes, ...(until === undefined ? {} : { until }) })
}

/** Goes on filling from a page. */
export async function fillKitaFrom(
  caller: Caller,
  { draftId, step }: { readonly draftId: string; readonly step: string },
  options: { readonly changes?: Readonly<Record<string, string>>; readonly until?: string } = {},
): Promise<string> {
  let address = step
  for (let pages = 0; pages < 40; pages += 1) {
    if (address === options.until) {
      return draftId
    }
    const question = FILES[address]
    if (question !== undefined) {
      await bodyOf(await putFile(caller, draftId, smallPdf(address), { question }), 201)
    }
    const next = await sendKita(caller, draftId, address, options.changes)
    if (next.isInvalid) {
      throw new Error(`the answers to ${address} are refused`)
    }
    if (next.to === 'review') {
      return draftId
    }
    address = next.address
  }
  throw new Error('the form does not end')
}

/** Sends one page. */
export async function sendKita(
  caller: Caller,
  draftId: string,
  address: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Next> {
  const sent = await caller.post(`${DRAFTS}/${draftId}/steps/${address}`, { ...KITA_ANSWERS, ...changes })
  return await bodyOf<Next>(sent, 200)
}

export type Asked = {
  readonly id: string
  readonly name: string
  readonly state: string
  readonly code: string | null
  readonly link: string
  readonly reason: string | null
  readonly given: { readonly name: string; readonly account: { readonly trustLevel: string } | null } | null
}
export type Roles = {
  readonly roles: readonly {
    readonly kind: string
    readonly role: string
    readonly count: number
    readonly givenCount: number
    readonly canInvite: boolean
    readonly firstPath: string | null
    readonly invitations: readonly Asked[]
    readonly typed: { readonly name: string; readonly email: string; readonly issue: string } | null
  }[]
}

/** Asks somebody; the second guardian where nothing else is said. Answers who was asked, with link and code. */
export async function ask(
  caller: Caller,
  draftId: string,
  options: { readonly kind?: string; readonly role?: string; readonly name?: string; readonly email?: string } = {},
): Promise<Asked & { readonly code: string }> {
  const { kind = 'sign', role = 'sorge', name = 'Jan Krawc', email = 'jan@beispiel.example' } = options
  const sent = await caller.post(`${DRAFTS}/${draftId}/invitations`, { kind, role, name, email })
  const { invitationId } = await bodyOf<{ invitationId: string }>(sent, 201)
  return await codeOf(caller, draftId, invitationId)
}

/** An invitation as the applicant sees it now. */
export async function codeOf(
  caller: Caller,
  draftId: string,
  invitationId: string,
): Promise<Asked & { readonly code: string }> {
  const { roles } = await caller.read<Roles>(`${DRAFTS}/${draftId}/participants`)
  const found = roles.flatMap(({ invitations }) => invitations).find(({ id }) => id === invitationId)
  if (found === undefined) {
    throw new Error('nobody was asked')
  }
  return { ...found, code: found.code ?? '' }
}

export type Part = {
  readonly kind: string
  readonly state: string
  readonly isAsked: boolean
  readonly isSamePerson: boolean
  readonly seen: string
  readonly sections: readonly { readonly title: string; readonly rows: readonly { label: string; value: string }[] }[]
  readonly declarations: readonly { readonly id: string; readonly text: string }[]
  readonly step: { readonly seen: string; readonly fields: readonly { readonly name: string }[] } | null
}
export const INVITATIONS = '/submissions/invitations'

/** Opens what somebody was asked for by its code. */
export const open = (caller: Caller, { id, code }: { readonly id: string; readonly code: string }): Promise<Response> =>
  caller.post(`${INVITATIONS}/${id}/code`, { code })

/** Signs what is read now, with every declaration. */
export async function sign(
  caller: Caller,
  id: string,
  changes: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const part = await caller.read<Part>(`${INVITATIONS}/${id}`)
  const declared = Object.fromEntries(part.declarations.map((one) => [`declaration-${one.id}`, 'true']))
  return await caller.post(`${INVITATIONS}/${id}/sign`, { seen: part.seen, ...declared, ...changes })
}
