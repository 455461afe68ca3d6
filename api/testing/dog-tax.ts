import type { Caller } from './caller.ts'

export const DRAFTS = '/submissions/drafts'
export const FILE_QUESTION = '/unterlagen/nachweis'

/** Invented answers to "Hund zur Hundesteuer anmelden", by control. */
export const ANSWERS: Readonly<Record<string, string>> = {
  '/halter/vornamen': 'Mara Łucja',
  '/halter/familienname': 'Lehmann-Nowak',
  '/halter/geburtsdatum/day': '13',
  '/halter/geburtsdatum/month': '4',
  '/halter/geburtsdatum/year': '1985',
  '/halter/anschrift/strasse': 'Sandower Straße',
  '/halter/anschrift/hausnummer': '12 a',
  '/halter/anschrift/plz': '03046',
  '/halter/anschrift/ort': 'Cottbus/Chóśebuz',
  '/halter/kontakt/email': 'mara.lehmann@beispiel.example',
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

export type Next = { readonly to: string; readonly address: string; readonly isInvalid: boolean }
export type Submitted = { readonly draftId: string; readonly vorgangId: string }

/** Begins a draft; answers its id and first page. */
export async function beginDraft(caller: Caller): Promise<{ draftId: string; step: string }> {
  return await bodyOf(await caller.post(DRAFTS, { service: 'hund-anmelden' }), 201)
}

/** Sends one page of a draft. */
export async function sendStep(caller: Caller, draftId: string, address: string, answers = ANSWERS): Promise<Next> {
  return await bodyOf(await caller.post(`${DRAFTS}/${draftId}/steps/${address}`, answers), 200)
}

/** Fills a draft until the page `until` or the review; answers its id. */
export async function fillDraft(
  caller: Caller,
  options: { until?: string; file?: Uint8Array; fileName?: string } = {},
): Promise<string> {
  const { draftId, step } = await beginDraft(caller)
  let address = step
  for (let pages = 0; pages < 30; pages += 1) {
    if (address === options.until) {
      return draftId
    }
    if (address === 'unterlagen' && options.file !== undefined) {
      await bodyOf(await putFile(caller, draftId, options.file, { name: options.fileName ?? 'nachweis.pdf' }), 201)
    }
    const next = await sendStep(caller, draftId, address)
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

/** Sends one file alone. */
export const putFile = (
  caller: Caller,
  draftId: string,
  bytes: Uint8Array | ReadableStream<Uint8Array>,
  { name = 'nachweis.pdf', question = FILE_QUESTION, headers = {} as Readonly<Record<string, string>> } = {},
): Promise<Response> =>
  caller.put(`${DRAFTS}/${draftId}/files?question=${encodeURIComponent(question)}`, bytes, {
    'x-file-name': encodeURIComponent(name),
    ...headers,
  })

/** Presses the final button, and agrees to fetch the notice online where nothing else is said. */
export async function submit(caller: Caller, draftId: string, body: object = { notice: 'online' }): Promise<Submitted> {
  return await bodyOf(await caller.post(`${DRAFTS}/${draftId}/submit`, body), 201)
}

/** Applies from the first page to the receipt. */
export async function apply(caller: Caller, file?: Uint8Array, fileName = 'nachweis.pdf'): Promise<Submitted> {
  return await submit(caller, await fillDraft(caller, file === undefined ? {} : { file, fileName }))
}

/** Body of an answer with the expected status. */
export async function bodyOf<T>(response: Response, status: number): Promise<T> {
  if (response.status !== status) {
    throw new Error(`${status} was expected, the API answered ${response.status}: ${await response.text()}`)
  }
  return (await response.json()) as T
}

/** The smallest PDF that is one: one empty page, its cross-reference table, filled up to `bytes`. */
export function smallPdf(mark: string, bytes = 0): Uint8Array {
  const head = `%PDF-1.7\n% ${mark}\n`
  const objects = [
    '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n',
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n',
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n',
  ]
  const entries: string[] = []
  let body = Buffer.from(head)
  for (const object of objects) {
    entries.push(`${String(body.length).padStart(10, '0')} 00000 n \n`)
    body = Buffer.concat([body, Buffer.from(object)])
  }
  const table = `xref\n0 4\n0000000000 65535 f \n${entries.join('')}trailer<</Size 4/Root 1 0 R>>\n`
  const end = (at: number): string => `${table}startxref\n${String(at).padStart(10, '0')}\n%%EOF\n`
  const filling = Math.max(0, bytes - body.length - end(0).length)
  const comment = Buffer.alloc(filling, '%')
  comment.write('\n', Math.max(0, filling - 1))
  return Buffer.concat([body, comment, Buffer.from(end(body.length + filling))])
}
