import { createHash } from 'node:crypto'
import { ONE_DOG, smallPdf } from './apply.ts'

/** A citizen as a program: holds the session's cookie and speaks JSON to the API. */
export type Applicant = {
  readonly ask: (method: string, path: string, body?: unknown) => Promise<Answer>
  readonly upload: (path: string, name: string, bytes: Uint8Array) => Promise<Answer>
  /** SHA-256 of a file's bytes, hex. */
  readonly download: (path: string) => Promise<string>
  /** Goes on with the same session at another address of the same town, e.g. after a restart. */
  readonly moveTo: (origin: string) => void
}
export type Answer = { readonly status: number; readonly body: Record<string, unknown> }

/** A complete draft with a file, ready for the final button. */
export type ReadyDraft = { readonly applicant: Applicant; readonly draftId: string; readonly sha256: string }

const API = '/api/v1/submissions'
const FILE_QUESTION = '/unterlagen/nachweis'

/** Makes a citizen without a session. Throws where the server does not answer at all. */
export function newApplicant(startOrigin: string): Applicant {
  let cookie = ''
  let origin = startOrigin
  const send = async (method: string, path: string, init: { headers: Record<string, string>; body?: Uint8Array }) => {
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { origin, cookie, accept: 'application/json', ...init.headers },
      ...(init.body === undefined ? {} : { body: Buffer.from(init.body) }),
    })
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie
    const text = await response.text()
    const isJson = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, body: isJson ? JSON.parse(text) : { text } }
  }
  return {
    ask: (method, path, body) =>
      send(method, path, {
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      }),
    upload: (path, name, bytes) =>
      send('PUT', path, {
        headers: { 'x-file-name': encodeURIComponent(name), 'content-type': 'application/octet-stream' },
        body: bytes,
      }),
    download: async (path) => {
      const response = await fetch(`${origin}${path}`, { headers: { cookie } })
      return createHash('sha256')
        .update(Buffer.from(await response.arrayBuffer()))
        .digest('hex')
    },
    moveTo: (other) => {
      origin = other
    },
  }
}

/** Fills in an application with one uploaded file, up to the review. Throws with what the product answered otherwise. */
export async function fillDraft(origin: string, mark: string): Promise<ReadyDraft> {
  const applicant = newApplicant(origin)
  const begun = expectStatus(await applicant.ask('POST', `${API}/drafts`, { service: 'hund-anmelden' }), 201)
  const draftId = String(begun.body['draftId'])
  const bytes = smallPdf(mark)
  let address = String(begun.body['step'])
  let isUploaded = false
  for (let steps = 0; steps < 30; steps += 1) {
    if (!isUploaded && address.includes('unterlagen')) {
      const path = `${API}/drafts/${draftId}/files?question=${encodeURIComponent(FILE_QUESTION)}`
      expectStatus(await applicant.upload(path, 'nachweis.pdf', bytes), 201)
      isUploaded = true
    }
    const answer = await applicant.ask('POST', `${API}/drafts/${draftId}/steps/${address}`, ONE_DOG)
    const next = expectStatus(answer, 200).body as { to?: string; address?: string; isInvalid?: boolean }
    if (next.isInvalid === true) {
      throw new Error(`the answers to ${address} are refused`)
    }
    if (next.to === 'review') {
      return { applicant, draftId, sha256: createHash('sha256').update(bytes).digest('hex') }
    }
    address = next.address ?? ''
  }
  throw new Error('the form does not end')
}

/** Presses the final button; answers the Vorgang. */
export async function submit({ applicant, draftId }: ReadyDraft): Promise<string> {
  const answer = expectStatus(await applicant.ask('POST', `${API}/drafts/${draftId}/submit`, {}), 201)
  return String(answer.body['vorgangId'])
}

function expectStatus(answer: Answer, status: number): Answer {
  if (answer.status !== status) {
    throw new Error(`${status} was expected, the product answered ${answer.status}: ${JSON.stringify(answer.body)}`)
  }
  return answer
}
