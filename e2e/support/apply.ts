/** Answers by the names of the form's controls; dates in parts. A file's value stands in `files`. */
export type Typed = Readonly<Record<string, string>>

/** A program that applies as a browser would: forms over HTTP, one cookie jar, following where it is led. */
export type Applicant = {
  readonly cookie: () => string
  readonly get: (path: string, init?: RequestInit) => Promise<Response>
  readonly json: <T>(path: string) => Promise<T>
  /** Sends a form as a browser does and answers where it leads. */
  readonly post: (
    path: string,
    fields: Typed | FormData,
  ) => Promise<{ readonly status: number; readonly location: string; readonly body: string }>
}

export function createApplicant(origin: string): Applicant {
  const jar = new Map<string, string>()
  const cookie = (): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const send = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`${origin}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { cookie: cookie(), ...(init.headers as Record<string, string>) },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return response
  }
  return {
    cookie,
    get: send,
    json: async <T>(path: string) => {
      const response = await send(path, { headers: { accept: 'application/json' } })
      if (!response.ok) {
        throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
      }
      return (await response.json()) as T
    },
    post: async (path, fields) => {
      const response = await send(path, {
        method: 'POST',
        body: fields instanceof FormData ? fields : new URLSearchParams(fields),
        headers: { accept: 'text/html', origin },
      })
      return { status: response.status, location: response.headers.get('location') ?? '', body: await response.text() }
    },
  }
}

/** A complete registration of one dog; `email` may be added. Invented. */
export const ONE_DOG: Typed = {
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
  '/hunde/0/geburtsdatum/month': 'März',
  '/hunde/0/geburtsdatum/year': '2026',
  '/hunde/0/gehaltenSeit/day': '14',
  '/hunde/0/gehaltenSeit/month': '11',
  '/hunde/0/gehaltenSeit/year': '2026',
  '/hunde/0/chipnummer': '276 0981 0000 1234',
  '/hunde/0/kaufpreis': '1.234,56',
  '/hunde/0/gefaehrlich': 'false',
  '/hunde/+': 'false',
  '/ermaessigung/gewuenscht': 'false',
  '/zahlung/art': 'lastschrift',
  '/zahlung/iban': 'DE02 1203 0000 0000 2020 51',
  '/zahlung/kontoinhaber': 'Mara Lehmann-Nowak',
  '/zahlung/mandat': 'true',
  '/erklaerung/richtigkeit': 'true',
}

type StepData = {
  readonly fields: readonly { readonly names: readonly string[] }[]
  readonly loop?: { readonly another?: { readonly name: string } }
  readonly isMultipart: boolean
}
export type UploadFile = { readonly name: string; readonly type: string; readonly bytes: Uint8Array }

/** The smallest PDF that programs accept, with a text of its own. */
export function smallPdf(text: string): Uint8Array {
  const head = `%PDF-1.4\n% ${text}\n`
  const objects = [
    '1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n',
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n',
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n',
  ]
  let at = Buffer.byteLength(head)
  const entries = objects.map((object) => {
    const entry = `${String(at).padStart(10, '0')} 00000 n \n`
    at += object.length
    return entry
  })
  const table = `xref\n0 4\n0000000000 65535 f \n${entries.join('')}trailer<</Size 4/Root 1 0 R>>\n`
  return Buffer.from(`${head}${objects.join('')}${table}startxref\n${at}\n%%EOF\n`)
}

/** Begins a draft and fills every page until the review; answers the draft's id. */
export async function fillDraft(
  applicant: Applicant,
  service: string,
  typed: Typed,
  upload?: UploadFile,
): Promise<string> {
  const started = await applicant.post('/api/v1/submissions/drafts', { service })
  const draftId = /^\/antrag\/([0-9a-f-]{36})\//.exec(started.location)?.[1]
  if (draftId === undefined) {
    throw new Error(`no draft: ${started.status} ${started.body}`)
  }
  let page = started.location
  for (let steps = 0; steps < 60 && !page.endsWith('/pruefen'); steps += 1) {
    const address = page.split('/').at(-1)?.split(/[?#]/)[0] ?? ''
    const path = `/api/v1/submissions/drafts/${draftId}/steps/${address}`
    const step = await applicant.json<StepData>(path)
    const names = [...step.fields.flatMap((field) => field.names), step.loop?.another?.name ?? '']
    const fields = Object.fromEntries(names.flatMap((name) => (typed[name] === undefined ? [] : [[name, typed[name]]])))
    const sent = await applicant.post(
      path,
      step.isMultipart && upload !== undefined ? formWith(fields, names[0] ?? '', upload) : fields,
    )
    if (sent.status !== 303 || sent.location.endsWith('#fehler')) {
      throw new Error(`step ${address} answered ${sent.status} ${sent.location} ${sent.body}`)
    }
    page = sent.location
  }
  return draftId
}

/** Presses the final button; answers the page it leads to. */
export const submitDraft = (applicant: Applicant, draftId: string) =>
  applicant.post(`/api/v1/submissions/drafts/${draftId}/submit`, {})

function formWith(fields: Typed, name: string, upload: UploadFile): FormData {
  const form = new FormData()
  for (const [key, value] of Object.entries(fields)) {
    form.append(key, value)
  }
  form.append(name, new Blob([upload.bytes as unknown as ArrayBuffer], { type: upload.type }), upload.name)
  return form
}
