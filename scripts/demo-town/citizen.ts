import { demoCitizens } from '../../e2e/servers/idp/accounts.ts'
import { DEMO_PASSWORD } from '../../e2e/servers/idp/index.ts'
import { smallPdf, type Typed, type UploadFile } from '../../e2e/support/apply.ts'
import { newProgram, type Program } from '../../e2e/support/program.ts'

const API = '/api/v1'
const STEPS_MAX = 80

/** What was sent, as the person who sent it reaches it again. */
export type Sent = {
  readonly vorgangId: string
  readonly reference: string
  /** Opens the status page once; the next one is shown there. */
  code: string
  readonly account: string | null
}
export type Application = {
  readonly service: string
  readonly typed: Typed
  readonly files: ReadonlyMap<string, readonly UploadFile[]>
  /** Who signs in for it; null for a guest. */
  readonly account: string | null
  /** How a notice should come: fetched online, or by post. */
  readonly notice: 'online' | 'post'
  /** Language in which the person reads and sends it. */
  readonly lang: string
}
type Step = {
  readonly fields: readonly { readonly names: readonly string[] }[]
  readonly loop?: { readonly items: readonly unknown[]; readonly another?: { readonly name: string } }
  readonly isMultipart: boolean
}

/** Applies as a browser without scripts does, page by page. Throws with the page's path where it is refused. */
export async function apply(origin: string, application: Application): Promise<Sent> {
  const program = newProgram(origin)
  if (application.account !== null) {
    await signInCitizen(program, application.account)
  }
  const started = await send(program, `${API}/submissions/drafts`, { service: application.service })
  const draftId = /^\/antrag\/([0-9a-f-]{36})\//.exec(started)?.[1]
  if (draftId === undefined) {
    throw new Error(`${application.service} cannot be begun: ${started}`)
  }
  let page = started
  for (let steps = 0; !page.endsWith('/pruefen'); steps += 1) {
    if (steps > STEPS_MAX) {
      throw new Error(`${application.service} does not end`)
    }
    page = await answerPage(program, draftId, page, application)
  }
  await send(program, `${API}/submissions/language`, { lang: application.lang, page })
  const receipt = await program.go(
    await send(program, `${API}/submissions/drafts/${draftId}/submit`, { notice: application.notice }),
  )
  const html = receipt.body.toString()
  const [, reference = '', code = ''] =
    /class="reference"[\s\S]*?<strong[^>]*>([^<]+)<[\s\S]*?(?:<strong[^>]*>([^<]+)<)/.exec(html) ?? []
  const vorgangId = /\/(?:status|eingang|quittung)\/([0-9a-f-]{36})/.exec(`${html} ${receipt.url}`)?.[1]
  if (vorgangId === undefined) {
    throw new Error(`${application.service} was not received: ${receipt.url}`)
  }
  return { vorgangId, reference, code, account: application.account }
}

async function answerPage(program: Program, draftId: string, page: string, { typed, files }: Application) {
  const address = page.split('/').at(-1)?.split(/[?#]/)[0] ?? ''
  const path = `${API}/submissions/drafts/${draftId}/steps/${address}`
  const step = await readJson<Step>(program, path)
  const names = step.fields.flatMap((field) => field.names)
  const fields: Record<string, string> = Object.fromEntries(
    names.flatMap((name) => (typed[name] === undefined ? [] : [[name, typed[name]]])),
  )
  const another = step.loop?.another?.name
  if (another !== undefined) {
    const next = `${another.replace(/\+$/, '')}${step.loop?.items.length ?? 0}/`
    fields[another] = String(Object.keys(typed).some((name) => name.startsWith(next)))
  }
  const uploads = names.flatMap((name) => (files.get(name) ?? []).map((file) => [name, file] as const))
  const next = await send(program, path, step.isMultipart ? formOf(fields, uploads) : fields)
  if (next.endsWith('#fehler')) {
    throw new Error(`page ${address} is refused`)
  }
  return next
}

/** Comes back some days later with number and code, or by the account. */
export async function comeBack(origin: string, sent: Sent): Promise<Program> {
  const program = newProgram(origin)
  if (sent.account !== null) {
    await signInCitizen(program, sent.account)
  } else {
    await send(program, `${API}/submissions/status/sign-in`, { reference: sent.reference, code: sent.code })
    sent.code = (await statusOf(program, sent)).nextCode ?? ''
  }
  return program
}

type Status = {
  readonly requests: readonly { readonly id: string; readonly state: string }[]
  readonly payments: readonly { readonly id: string; readonly state: string }[]
  readonly notices: readonly { readonly id: string }[]
  readonly nextCode: string | null
  readonly acts: readonly { readonly act: string; readonly about: string | null }[]
}
export const statusOf = (program: Program, { vorgangId }: Sent): Promise<Status> =>
  readJson<Status>(program, `${API}/submissions/status/${vorgangId}`)

/** Answers the open request with a text and a file. */
export async function answerRequest(program: Program, sent: Sent, text: string): Promise<void> {
  const { requests } = await statusOf(program, sent)
  const open = requests.find(({ state }) => state === 'open')
  const file = { name: 'nachgereicht.pdf', type: 'application/pdf', bytes: smallPdf('nachgereicht, erfunden') }
  const path = `${API}/submissions/status/${sent.vorgangId}/requests/${open?.id ?? 'none'}`
  await send(program, path, formOf({ text }, [['file', file]]))
}

/** Does one of the acts that the status page offers. */
export async function act(program: Program, sent: Sent, name: string, fields: Typed): Promise<void> {
  const { acts } = await statusOf(program, sent)
  const about = acts.find((one) => one.act === name)?.about
  const form = formOf({ ...fields, ...(about == null ? {} : { about }) }, [])
  await send(program, `${API}/submissions/status/${sent.vorgangId}/acts/${name}`, form)
}

export async function readNotice(program: Program, sent: Sent): Promise<void> {
  const { notices } = await statusOf(program, sent)
  await program.go(`${API}/notices/${notices.at(-1)?.id ?? 'none'}/pdf`)
}

/** Pays what is open at the payment service. False where nothing is. */
export async function pay(program: Program, sent: Sent): Promise<boolean> {
  const { payments } = await statusOf(program, sent)
  const open = payments.find(({ state }) => state === 'open' || state === 'requested')
  if (open === undefined) {
    return false
  }
  const own = await send(program, `${API}/payments/${open.id}/transactions`, {})
  const page = await program.go(own)
  const html = page.body.toString()
  const provider = /href="(https?:\/\/[^"]+)"[^>]*>[^<]*[Bb]ezahl/.exec(html)?.[1] ?? page.url
  await program.go(provider, { method: 'POST', body: new URLSearchParams({ status: 'PAYED' }) })
  return true
}

async function signInCitizen(program: Program, account: string): Promise<void> {
  const form = await program.go(`${API}/identity/account/sign-in?level=substantial`)
  const body = new URLSearchParams({ account, password: DEMO_PASSWORD, method: 'ausweis' })
  await program.go(form.url, { method: 'POST', body })
}

/** Accounts of people who may apply with one. */
export const citizenAccounts = demoCitizens.filter(({ claims }) => !('organisation' in claims))

function formOf(fields: Typed, uploads: readonly (readonly [string, UploadFile])[]): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, value)
  }
  for (const [name, { bytes, type, name: fileName }] of uploads) {
    form.append(name, new Blob([bytes as unknown as ArrayBuffer], { type }), fileName)
  }
  return form
}

/** Sends a form of the product's own and answers where it leads; throws where it is refused. */
export async function send(program: Program, path: string, fields: Typed | FormData): Promise<string> {
  const got = await program.stay(path, {
    method: 'POST',
    body: fields instanceof FormData ? fields : new URLSearchParams(fields),
    headers: { origin: program.origin },
  })
  const location = got.headers.get('location')
  if (got.status !== 303 || location === null || /[?]fehler/.test(location)) {
    const text = got.body.toString().replace(/<[^>]*>|\s+/g, ' ')
    throw new Error(`${path} answered ${got.status} ${location ?? ''} ${text.slice(0, 300)}`)
  }
  return location
}

export async function readJson<T>(program: Program, path: string): Promise<T> {
  const { status, body } = await program.stay(path, { headers: { accept: 'application/json' } })
  if (status !== 200) {
    throw new Error(`${path} answered ${status}`)
  }
  return JSON.parse(body.toString()) as T
}
