import { createHash } from 'node:crypto'

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

/** Invented answers to "Hund zur Hundesteuer anmelden", by question. */
const ANSWERS: Readonly<Record<string, string>> = {
  '/halter/vornamen': 'Mara Łucja',
  '/halter/familienname': 'Lehmann-Nowak',
  '/halter/geburtsdatum/day': '13',
  '/halter/geburtsdatum/month': '4',
  '/halter/geburtsdatum/year': '1985',
  '/halter/anschrift/strasse': 'Sandower Straße',
  '/halter/anschrift/hausnummer': '12 a',
  '/halter/anschrift/plz': '03046',
  '/halter/anschrift/ort': 'Cottbus/Chóśebuz',
  '/hunde/0/rufname': 'Bello',
  '/hunde/0/rasse': 'Mischling',
  '/hunde/0/geschlecht': 'maennlich',
  '/hunde/0/geburtsdatum/day': '1',
  '/hunde/0/geburtsdatum/month': '3',
  '/hunde/0/geburtsdatum/year': '2026',
  '/hunde/0/gehaltenSeit/day': '14',
  '/hunde/0/gehaltenSeit/month': '11',
  '/hunde/0/gehaltenSeit/year': '2026',
  '/hunde/0/chipnummer': '276 0981 0000 1234',
  '/hunde/0/gefaehrlich': 'false',
  '/hunde/+': 'false',
  '/ermaessigung/gewuenscht': 'false',
  '/zahlung/art': 'ueberweisung',
  '/erklaerung/richtigkeit': 'true',
}

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
  const bytes = onePage(mark)
  let address = String(begun.body['step'])
  let isUploaded = false
  for (let steps = 0; steps < 30; steps += 1) {
    if (!isUploaded && address.includes('unterlagen')) {
      const path = `${API}/drafts/${draftId}/files?question=${encodeURIComponent(FILE_QUESTION)}`
      expectStatus(await applicant.upload(path, 'nachweis.pdf', bytes), 201)
      isUploaded = true
    }
    const answer = await applicant.ask('POST', `${API}/drafts/${draftId}/steps/${address}`, ANSWERS)
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

/** The smallest PDF that is one; `mark` makes it differ from others. */
const onePage = (mark: string): Uint8Array =>
  Buffer.from(
    `%PDF-1.7\n% ${mark}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`,
  )
