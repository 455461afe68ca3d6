import type { Product } from './product.ts'
import { newProgram, type Program, signIn } from './program.ts'

const API = '/api/v1/submissions'

/** What the clerks of a walk write; one text each, so that a test knows what is where. */
export type Written = {
  readonly message: string
  readonly answer: string
  readonly reasons: string
  readonly comment: string
  readonly file: { readonly name: string; readonly bytes: Uint8Array }
}
type Case = {
  readonly eakteId: string
  readonly documents: readonly { readonly id: string }[]
  readonly task: { readonly id: string } | null
  readonly decision: { readonly hash: string } | null
  readonly notices: readonly { readonly id: string }[]
}
type Status = { readonly requests: readonly { readonly id: string; readonly state: string }[] }

/**
 * Takes a Vorgang of the dog tax through everything that can happen to it: asked for more, answered with a file, refused,
 * given back by the second person, refused again, signed. Opens every page and document on the way.
 * Answers the programs of both members of staff.
 */
export async function decideCase(
  product: Product,
  citizen: Program,
  vorgangId: string,
  written: Written,
): Promise<readonly [Program, Program]> {
  const clerk = newProgram(product.origin)
  const lead = newProgram(product.origin)
  await signIn(clerk, 'jana.noack')
  await signIn(lead, 'marko.lehnigk', `/amt/vorgaenge/${vorgangId}`)
  await write(clerk, `/api/v1/postboxes/items/${vorgangId}/take`, {})
  await finish(clerk, vorgangId, {
    outcome: 'request-information',
    message: written.message,
    dueOn: workingDay(Date.now()),
  })
  await product.tick()
  await answer(citizen, vorgangId, written)
  await product.tick()
  await finish(clerk, vorgangId, { outcome: 'refuse', reasons: written.reasons, hearing: 'no-interference' })
  await write(lead, `/api/v1/postboxes/items/${vorgangId}/take`, {})
  await finish(lead, vorgangId, { outcome: 'return', comment: written.comment })
  await finish(clerk, vorgangId, { outcome: 'refuse', reasons: written.reasons, hearing: 'no-interference' })
  const { decision } = await readCase(lead, vorgangId)
  await write(lead, `/api/v1/postboxes/items/${vorgangId}/take`, {}).catch(() => undefined)
  await finish(lead, vorgangId, { outcome: 'sign', decisionHash: decision?.hash ?? '' })
  await product.tick()
  await lookAtAll(clerk, citizen, vorgangId)
  return [clerk, lead]
}

const DAY_MS = 86_400_000
const HOLIDAYS = ['01-01', '05-01', '10-03', '10-31', '12-24', '12-25', '12-26', '12-31']

/** A Wednesday in some weeks that is no holiday of a fixed date; those that move fall on other days of the week. */
function workingDay(nowMs: number): string {
  for (let ms = nowMs + 30 * DAY_MS; ; ms += DAY_MS) {
    const on = new Date(ms)
    const day = on.toISOString().slice(0, 10)
    if (on.getUTCDay() === 3 && !HOLIDAYS.includes(day.slice(5))) {
      return day
    }
  }
}

async function answer(citizen: Program, vorgangId: string, { answer, file }: Written): Promise<void> {
  const status = await readJson<Status>(citizen, `${API}/status/${vorgangId}`)
  const request = status.requests.find(({ state }) => state === 'open')
  const form = new FormData()
  form.append('text', answer)
  form.append('file', new Blob([file.bytes as unknown as ArrayBuffer], { type: 'application/pdf' }), file.name)
  await write(citizen, `${API}/status/${vorgangId}/requests/${request?.id ?? 'none'}`, form)
}

async function finish(staff: Program, vorgangId: string, fields: Readonly<Record<string, string>>): Promise<void> {
  const { task } = await readCase(staff, vorgangId)
  await write(staff, `/api/v1/workflow/vorgaenge/${vorgangId}/tasks/${task?.id ?? 'none'}/complete`, fields)
}

async function lookAtAll(clerk: Program, citizen: Program, vorgangId: string): Promise<void> {
  const { documents, eakteId, notices } = await readCase(clerk, vorgangId)
  const pages = [
    ...documents.map(({ id }) => [clerk, `${API}/documents/${id}`] as const),
    ...notices.map(({ id }) => [citizen, `/api/v1/notices/${id}/pdf`] as const),
    [clerk, `/amt/akten/${eakteId}`] as const,
    [clerk, `/amt/vorgaenge/${vorgangId}`] as const,
    [citizen, `/status/${vorgangId}`] as const,
    [citizen, `${API}/status/${vorgangId}/copy.pdf`] as const,
  ]
  for (const [who, path] of pages) {
    const { status, body } = await who.stay(path)
    if (status !== 200) {
      throw new Error(`${path} answered ${status}: ${body.toString().slice(0, 300)}`)
    }
  }
}

/** A Vorgang as its clerk sees it. */
export const readCase = (staff: Program, vorgangId: string): Promise<Case> =>
  readJson<Case>(staff, `${API}/vorgaenge/${vorgangId}`)

async function readJson<T>(program: Program, path: string): Promise<T> {
  const { status, body } = await program.stay(path, { headers: { accept: 'application/json' } })
  if (status !== 200) {
    throw new Error(`${path} answered ${status}: ${body.toString()}`)
  }
  return JSON.parse(body.toString()) as T
}

async function write(program: Program, path: string, fields: Readonly<Record<string, string>> | FormData) {
  const got = await program.stay(path, {
    method: 'POST',
    body: fields instanceof FormData ? fields : new URLSearchParams(fields),
    headers: { origin: program.origin },
  })
  const isLedOn = got.status === 303 && !/[?#]fehler/.test(got.headers.get('location') ?? '')
  if (!isLedOn) {
    throw new Error(
      `${path} answered ${got.status}: ${got.body
        .toString()
        .replace(/<[^>]*>|\s+/g, ' ')
        .slice(0, 400)}`,
    )
  }
}
