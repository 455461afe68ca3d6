/** A form that was refused, so that its page can be shown again with what was typed. */
export type RefusedForm = {
  /** Path and query of the page the form stood on. */
  readonly page: string
  /** Shows the refusal where that page is gone: what it was about was settled in another window. */
  readonly otherwise?: string
  /** Path the form was sent to. */
  readonly action: string
  readonly values: Readonly<Record<string, string>>
}

/** Pages of the back office and of editors that show a refusal beside the form it belongs to. */
const SHOWS_REFUSALS = [
  /^\/amt\/(?:abwesenheit|postkorb\/[\w-]{1,80}|vorgaenge\/[\w-]{1,80}(?:\/(?:abgeben|nachrichten|dokumente|beteiligte|bescheid|ablauf|verlauf|notizen|auftraege))?)?$/,
  /^\/redaktion\/recht\/(?:neu|aenderung\/[\w-]{1,80})$/,
  /^\/redaktion\/formulare\/(?:[\w-]{1,80}(?:\/(?:fragen|vergleich|texte|(?:blatt|datei|konflikt)\/[\w.-]{1,140}|probe\/[\w-]{1,80}\/[\w-]{1,120}))?)?$/,
]
/** An editor's form names its service and what it changes: its page is found by that where the browser names none. */
const OF_EDITORS = /^\/api\/v1\/editing\/services(?:\/([\w-]{1,80})(?:\/(?:(sheets|files)\/([\w.-]{1,140})$)?|$)|$)/
const PLACES: Readonly<Record<string, string>> = { sheets: 'blatt', files: 'datei' }
const ID = /^[\w-]{1,80}$/
const FORMS = ['application/x-www-form-urlencoded', 'multipart/form-data']
const BYTES_MAX = 65_536
/** Editors send whole files. */
const EDITORS_BYTES_MAX = 1_000_000

/**
 * Keeps what a browser sends by a form of such a page, before the API reads it; null for everything else. Files are not
 * kept, and of an editor's form that is too large nothing but its page.
 * The page is named by the browser (`Referer`), and is read with the rights of whoever sent the form.
 */
export function keepForm(request: Request, origin: string): (() => Promise<RefusedForm>) | null {
  const action = new URL(request.url).pathname
  const ofEditors = OF_EDITORS.exec(action)
  const home = ofEditors === null ? null : `/redaktion/formulare/${ofEditors[1] ?? ''}`
  const [, , kind = '', about = ''] = ofEditors ?? []
  const own = PLACES[kind] === undefined ? home : `${home}/${PLACES[kind]}/${about}`
  const named = pageOf(request.headers.get('referer'), origin)
  const page = named ?? own
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  const known = ofEditors === null ? FORMS.slice(0, 1) : FORMS
  if (request.method !== 'POST' || page === null || !known.includes(type)) {
    return null
  }
  const otherwise = home === null || home === page ? {} : { otherwise: home }
  const bytes = Number(request.headers.get('content-length') ?? Number.NaN)
  if (bytes <= (ofEditors === null ? BYTES_MAX : EDITORS_BYTES_MAX)) {
    const copy = request.clone()
    return async () => {
      const values = await valuesOf(copy)
      const conflict =
        named === null && home !== null && ID.test(values['conflict'] ?? '') ? values['conflict'] : undefined
      return { page: conflict === undefined ? page : `${home}/konflikt/${conflict}`, ...otherwise, action, values }
    }
  }
  return ofEditors === null ? null : () => Promise.resolve({ page, ...otherwise, action, values: {} })
}

async function valuesOf(copy: Request): Promise<RefusedForm['values']> {
  const form = await copy.formData().catch(() => new FormData())
  return Object.fromEntries([...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

function pageOf(referer: string | null, origin: string): string | null {
  if (referer === null || !URL.canParse(referer)) {
    return null
  }
  const url = new URL(referer)
  const isShown = url.origin === origin && SHOWS_REFUSALS.some((pattern) => pattern.test(url.pathname))
  return isShown ? url.pathname + url.search : null
}

/** The page of a refused form, or the one that stands in for it; null where neither can be shown. */
export async function shownAgain(
  form: RefusedForm | undefined,
  render: (path: string) => Promise<Response>,
): Promise<Response | null> {
  for (const path of form === undefined ? [] : [form.page, form.otherwise]) {
    const page = path === undefined ? null : await render(path)
    if (page?.status === 200) {
      return page
    }
  }
  return null
}

/** Nothing is wrong: a button asked for more of the form, and its page shows it. To a program it says that nothing is kept. */
const ASKS_ON: ReadonlySet<string> = new Set(['editing/choosing'])

/** The status of a page that shows a problem. */
export const pageStatus = ({ type, status }: { readonly type: string; readonly status: number }): number =>
  ASKS_ON.has(type) ? 200 : status
