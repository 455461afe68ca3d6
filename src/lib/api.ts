import type { AstroGlobal } from 'astro'
import type { CityFrame } from '../../api/catalogue/view.ts'
import { signInPath } from './account.ts'
import { german, markGerman } from './fallback.ts'
import { chosenLanguage } from './language.ts'

export type * from '../../api/catalogue/view.ts'
export type {
  ChangeLine,
  ChangePage,
  LawLine,
  LawPage,
  LawVersion,
  NewVersionPage,
} from '../../api/editing/service-law-read.ts'
export type { NormPage } from '../../api/editing/service-norm.ts'
export type { Figure } from '../../api/editing/service-replay.ts'
export type * from '../../api/editing/view.ts'
export type * from '../../api/forms/view.ts'
export type {
  AccountProviders,
  AccountSessions,
  AccountView,
  LedByForm,
  SessionView,
} from '../../api/identity/schema.ts'
export type { AbsencePage, AbsenceView } from '../../api/identity/service-absences.ts'
export type { Finding } from '../../api/lib/finding.ts'
export type { Fee, PaymentPage, PaymentView } from '../../api/payments/service.ts'
export type { FoundCases } from '../../api/postboxes/service-find.ts'
export type { ItemList, PostboxCount, View as ListView, Work } from '../../api/postboxes/service-lists.ts'
export type { MovePage } from '../../api/postboxes/service-move.ts'
export type { AccessView } from '../../api/submissions/access-renewal.ts'
export type { Contact } from '../../api/submissions/ctx.ts'
export type { DraftFrame, PageFrame } from '../../api/submissions/draft-frame.ts'
export type { Participation } from '../../api/submissions/invitations.ts'
export type { HandedCode } from '../../api/submissions/service-access-codes.ts'
export type { AccessPage } from '../../api/submissions/service-access-read.ts'
export type { AccountApplication, AccountOverview } from '../../api/submissions/service-account.ts'
export type { ActPage, InspectionView } from '../../api/submissions/service-act-view.ts'
export type { DocumentView } from '../../api/submissions/service-case-documents.ts'
export type { EarlierPage } from '../../api/submissions/service-earlier.ts'
export type { ExpertPage } from '../../api/submissions/service-experts.ts'
export type { InvitationPage } from '../../api/submissions/service-invitation.ts'
export type { LookupPage } from '../../api/submissions/service-lookups.ts'
export type {
  PrecheckPage,
  ReceiptPage,
  ReviewPage,
  SavedPage,
  StartPage,
  StepPage,
} from '../../api/submissions/service-pages.ts'
export type { PaperPage } from '../../api/submissions/service-paper.ts'
export type { ParticipantsPage, RoleView } from '../../api/submissions/service-participants.ts'
export type { PhotosPage } from '../../api/submissions/service-photos.ts'
export type { SentView } from '../../api/submissions/service-sent.ts'
export type { OfferedAct, StatusView } from '../../api/submissions/service-status.ts'
export type {
  CourseView,
  DocumentsView,
  EakteView,
  HeadView,
  JournalPage,
  JournalView,
  MessagesView,
  NotesView,
  NoticePage,
  OrdersView,
  OverviewView,
  PeopleView,
} from '../../api/submissions/vorgang-view.ts'
export type {
  Edge as ProcessEdge,
  Picture as ProcessPicture,
  Shape as ProcessShape,
} from '../../api/workflow/picture.ts'

/** An answer of the API that is not a success. Holds codes only, never the detail text. */
export class Refusal extends Error {
  readonly status: number
  readonly type: string
  /** Types of what is wrong in detail. */
  readonly errors: readonly string[]
  constructor(status: number, type: string, errors: readonly string[] = []) {
    super(`API refused: ${status} ${type}`)
    this.status = status
    this.type = type
    this.errors = errors
  }
}

/** Name of a problem as modules declare it (`submissions/draft-expired`), from the type of problem+json. */
export const problemName = (type: unknown): string =>
  typeof type === 'string' ? type.replace(/^.*\/errors\//, '') : 'about:blank'

type Page = Pick<AstroGlobal, 'locals' | 'request' | 'url'>

/**
 * Opens the one door to the API for a page: GET with the visitor's cookies, JSON back.
 * @returns `getJson(path)`, path below `/api/v1/`; throws {@link Refusal} on problem+json.
 */
export const apiOf = ({ locals, request }: Page) => ({
  /** With `body` the path is asked something by POST that it answers without storing it. */
  getJson: async <T>(path: string, body?: Readonly<Record<string, unknown>>): Promise<T> => {
    const headers = new Headers({ accept: 'application/json' })
    const cookie = request.headers.get('cookie')
    if (cookie !== null) {
      headers.set('cookie', cookie)
    }
    const asked = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    if (body !== undefined) {
      headers.set('content-type', 'application/json')
    }
    const answer = await locals.api(new Request(`${locals.origin}/api/v1/${path}`, { headers, ...asked }))
    if (answer.ok) {
      return (await answer.json()) as T
    }
    const problem = (await answer.json().catch(() => ({}))) as { type?: unknown; errors?: { type: string }[] }
    const errors = problem.errors?.map((error) => error.type) ?? []
    throw new Refusal(answer.status, problemName(problem.type), errors)
  },
})

/** Reads an answer that sets cookies for the visitor, and passes them on. Throws {@link Refusal}. */
export const getWithCookies = async <T>(page: AstroGlobal, path: string): Promise<T> => {
  const { locals, request, response } = page
  const headers = new Headers({ accept: 'application/json', cookie: request.headers.get('cookie') ?? '' })
  const answer = await locals.api(new Request(`${locals.origin}/api/v1/${path}`, { headers }))
  for (const line of answer.headers.getSetCookie()) {
    response.headers.append('Set-Cookie', line)
  }
  const body = (await answer.json().catch(() => ({}))) as { type?: unknown }
  if (!answer.ok) {
    throw new Refusal(answer.status, problemName(body.type))
  }
  return body as T
}

/**
 * Reads what a page shows, together with the frame of the city.
 * A refusal becomes the answer the page must return: 404 the page /404, 401 a way to sign in, else the page /fehler.
 * @param path below `/api/v1/`.
 * @param options.signIn where a visitor who is not signed in goes; `body` is asked by POST; `isSpoken`: what is shown has no
 * language of its own, and the page is read in the one that was chosen.
 */
export const readPage = async <T>(
  page: AstroGlobal,
  path: string,
  options: {
    readonly signIn?: string
    readonly body?: Readonly<Record<string, unknown>> | undefined
    readonly isSpoken?: boolean
  } = {},
): Promise<{ city: CityFrame; view: T } | Response> => {
  const api = apiOf(page)
  try {
    const [city, view] = await Promise.all([
      api.getJson<CityFrame>('catalogue/frame'),
      api.getJson<T>(path, options.body),
    ])
    const spoken = options.isSpoken === true ? { lang: chosenLanguage(page.request) ?? 'de' } : view
    return { city: spokenFrame(page, city, spoken), view: markGerman(view, germanTextsOf(view)) }
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    if (error.status === 404) {
      return page.rewrite('/404')
    }
    if (error.type === 'submissions/level-needed') {
      return page.redirect(signInPath(page.url.pathname + page.url.search, error.errors[0] ?? 'basic'), 303)
    }
    if (error.status === 401) {
      return page.redirect(options.signIn ?? '/status/', 303)
    }
    page.locals.problem = { requestId: page.locals.requestId, status: error.status, type: error.type }
    return page.rewrite('/fehler')
  }
}

/** Reads the frame alone; null when even that is refused, so that error pages can be shown without the API. */
export const readFrame = (page: Page): Promise<CityFrame | null> =>
  apiOf(page)
    .getJson<CityFrame>('catalogue/frame')
    .then((city) => spokenFrame(page, city, { lang: page.locals.lang ?? chosenLanguage(page.request) ?? 'de' }))
    .catch(() => null)

type Spoken = { readonly lang?: unknown; readonly germanTexts?: unknown }

/** Takes the language of the page from what it shows; pages without one are German. The city's own texts are. */
function spokenFrame(page: Page, city: CityFrame, view: unknown): CityFrame {
  const lang = typeof view === 'object' && view !== null ? (view as Spoken).lang : undefined
  if (typeof lang !== 'string' || lang === 'de') {
    return city
  }
  page.locals.lang = lang
  const footerPages = city.footerPages.map(({ slug, title }) => ({ slug, title: german(title) }))
  const hours = city.phoneHoursIn[lang]
  return { ...city, phoneHours: hours ?? german(city.phoneHours), footerPages }
}

function germanTextsOf(view: unknown): readonly string[] {
  const texts = typeof view === 'object' && view !== null ? (view as Spoken).germanTexts : undefined
  return Array.isArray(texts) ? texts.filter((text) => typeof text === 'string') : []
}

/** A frame without a city, for the moment in which the API does not answer. */
export const frameOrEmpty = (frame: CityFrame | null): CityFrame =>
  frame ?? {
    name: 'Stadttor',
    nameDsb: '',
    authority: '',
    authorityDsb: '',
    ars: '',
    phone: '115',
    email: '',
    phoneHours: '',
    phoneHoursIn: {},
    accent: { light: '#00505c', dark: '#7fd3dc' },
    footerPages: [],
    languages: [],
    quickExit: '/',
  }
