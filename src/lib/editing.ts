import type { AstroGlobal } from 'astro'
import {
  type About,
  apiOf,
  type CityFrame,
  type FieldView,
  type Finding,
  type KeeperView,
  type PlacedFinding,
  problemName,
  Refusal,
  type Row,
  type ServiceLine,
  type SessionView,
} from './api.ts'
import { writtenNumber } from './format.ts'
import type { OfficeEntry } from './office.ts'
import { hasWord, languageName, type Translate, type WordKey } from './words.ts'

export type EditorFrame = { readonly city: CityFrame; readonly clerkName: string }

/**
 * Reads what a page of the editors shows, with its frame. Whoever is not signed in is led to the sign-in and back; a
 * refusal becomes the page /404 or /fehler with the same status.
 * @param path below `/api/v1/editing/`.
 */
export const readEditing = async <T>(
  page: AstroGlobal,
  path: string,
): Promise<(EditorFrame & { view: T }) | Response> => {
  const api = apiOf(page)
  try {
    const session = await api.getJson<SessionView>('identity/session')
    if (session.kind !== 'staff') {
      const back = encodeURIComponent(`${page.url.pathname}${page.url.search}`)
      return page.redirect(`/api/v1/identity/sign-in?to=${back}`, 303)
    }
    const [city, view] = await Promise.all([
      api.getJson<CityFrame>('catalogue/frame'),
      api.getJson<T>(`editing/${path}`),
    ])
    return { city, clerkName: session.name ?? '', view }
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error
    }
    if (error.status === 404) {
      return page.rewrite('/404')
    }
    page.locals.problem = { requestId: page.locals.requestId, status: error.status, type: error.type }
    return page.rewrite('/fehler')
  }
}

/**
 * Where a form of an editor's page is sent: the page itself, so that a refusal stands at an address that can be opened again.
 * @param target what of the service it changes, as the API has it; not needed where the page says so itself.
 */
export const formAt = (page: string, target: string): string => `${page}?an=${target}`

/** What is wrong in files that a form of this page sent. */
export const findingsOf = (page: Pick<AstroGlobal, 'locals'>): readonly Finding[] =>
  (page.locals.problem?.errors ?? [])
    .filter(({ params }) => params?.['file'] !== undefined)
    .map(({ type, params = {} }) => ({
      type,
      file: String(params['file']),
      line: Number(params['line'] ?? 1),
      detail: String(params['detail'] ?? ''),
      ...(params['suggestion'] === undefined ? {} : { suggestion: String(params['suggestion']) }),
    }))

/** Title of an editor's page; one that shows a refusal says so first. */
export const titleHere = (page: Pick<AstroGlobal, 'locals'>, t: Translate, title: string): string =>
  page.locals.problem?.form === undefined || isChoosing(page) ? title : t('form.error-title', { title })

/** Something was saved just now: not where this page shows a refusal. */
export const hasJust = (page: Pick<AstroGlobal, 'locals' | 'url'>, what: 'gespeichert' | 'veroeffentlicht'): boolean =>
  page.locals.problem === undefined && page.url.searchParams.has(what)

/** Left column of the editors' pages: all services, and the parts of the one at hand. */
export const editorNavigation = (
  t: Translate,
  slug?: string,
): readonly { readonly title: string; readonly entries: readonly OfficeEntry[] }[] => {
  const all = {
    title: t('editing.title'),
    entries: [
      { href: '/redaktion/formulare/', text: t('editing.all') },
      { href: '/redaktion/fristen', text: t('law.deadlines') },
      { href: '/redaktion/gebuehren', text: t('law.fees') },
      { href: '/redaktion/recht/', text: t('law.norms') },
    ],
  }
  if (slug === undefined) {
    return [all]
  }
  const at = `/redaktion/formulare/${slug}`
  const entries = [
    { href: at, text: t('editing.overview') },
    { href: `${at}/fragen`, text: t('editing.questions') },
    { href: `${at}/blatt/texts`, text: t('editing.sheet.texts') },
    { href: `${at}/blatt/pages`, text: t('editing.sheet.pages') },
    { href: `${at}/blatt/checks`, text: t('editing.sheet.checks') },
    { href: `${at}/blatt/purposes`, text: t('editing.sheet.purposes') },
    { href: `${at}/blatt/fee`, text: t('editing.sheet.fee') },
    { href: `${at}/blatt/settings`, text: t('editing.sheet.settings') },
    { href: `${at}/blatt/registers`, text: t('editing.sheet.registers') },
    { href: `${at}#bescheide`, text: t('editing.letters') },
    { href: `${at}/vergleich`, text: t('editing.compare') },
  ]
  return [all, { title: t('editing.service'), entries }]
}

/** What is wrong, in words: chosen by its type. Every kind has its own (tested); the rest is for developers. */
export const findingText = (
  finding: Finding | PlacedFinding,
  t: Translate,
): { readonly text: string; readonly lang: 'de' | 'en' } => {
  const key = `finding.${finding.type}`
  if ('later' in finding && finding.later !== undefined) {
    return { text: laterText(finding.later, t), lang: 'de' }
  }
  if ('gone' in finding && finding.gone !== undefined) {
    return { text: t('editing.gone.named', { question: finding.gone }), lang: 'de' }
  }
  if ('early' in finding && finding.early !== undefined) {
    const steps = new Intl.ListFormat('de').format(finding.early.map((name) => `„${name}“`))
    return { text: `${t('editing.unsigned.early', { steps })} ${t('editing.unsigned.help')}`, lang: 'de' }
  }
  return { text: hasWord(key) ? t(key) : t('editing.finding-any'), lang: 'de' }
}

/** What a rule looks at too early, and what helps. */
const laterText = (
  { question, list, asked, own, page }: Omit<NonNullable<PlacedFinding['later']>, 'shared'>,
  t: Translate,
): string => {
  const what =
    list !== ''
      ? t('editing.later.list', { list, question })
      : asked === own
        ? t('editing.later.same', { question })
        : t('editing.later.question', { question, page: asked })
  const help =
    page !== '' ? t('editing.later.help', { own, page: asked }) : list !== '' ? t('editing.later.inside', { list }) : ''
  return `${what} ${help}`.trim()
}

/** What a finding is about: the kind of thing, its name as editors read it, and which part of it. */
export const aboutText = ({ kind, name, row, lang }: About, t: Translate): string => {
  const setting = `editing.row.${kind === 'setting' && name === 'title' ? 'service-title' : name}`
  const module = name === 'title' || name === 'teaser' ? `editing.row.${name}` : `module.${name}`
  const key = kind === 'setting' ? setting : kind === 'description' ? module : undefined
  const said = key === undefined ? name : hasWord(key) ? t(key) : ''
  const part = `editing.row.${row?.split('/').at(-1) ?? ''}`
  const [, block = '', number = ''] =
    /^(operative|reasons|information)\/(\d+)/.exec(kind === 'notice' ? (row ?? '') : '') ?? []
  const where = block === '' ? '' : `, ${groupWords(`${block}-${Number(number) + 1}`, t)}`
  const isPart = row?.includes('/') === true && kind !== 'check' && hasWord(part)
  const spoken = lang === undefined ? '' : ` (${languageName(lang, 'de')})`
  return `${t(`editing.about.${kind}`)}${said && ` „${said}“`}${spoken}${where}${isPart ? `, ${t(part as WordKey)}` : ''}`
}

/** Where it is mended: the row of its sheet, the process on the service's page, else the line of the file. */
export const mendedAt = ({ about: { kind, sheet, row }, file, line }: PlacedFinding, base: string): string => {
  const name = file.split('/').at(-1) ?? ''
  if (sheet === 'mapping') {
    return `${base}#${(row ?? '').replace(/[^A-Za-z0-9]+/g, '-')}`
  }
  if (sheet !== undefined) {
    return `${base}/blatt/${sheet}${row === undefined ? '' : `#${row.replace(/[^A-Za-z0-9]+/g, '-')}`}`
  }
  if (/^(form\.(xml|yaml)|codelist\..+)$/.test(name)) {
    return `${base}#dateien-titel`
  }
  return kind === 'process' && name === 'process.bpmn' ? `${base}#ablauf` : `${base}/datei/${name}#zeile-${line}`
}

const PART_AT: Readonly<Record<ServiceLine['maturity']['missing'][number], string>> = {
  description: '/blatt/settings#catalogue',
  form: '#dateien-titel',
  answered: '#punkte',
  process: '#ablauf',
  messages: '#ablauf',
  notices: '#ablauf',
  evidence: '/blatt/settings#evidence',
  payment: '/blatt/fee',
  settled: '/blatt/settings',
  online: '/blatt/settings#online',
  registers: '/blatt/registers',
}

/** Where a part of a service that is missing altogether is made. */
export const partAt = (part: keyof typeof PART_AT, base: string): string => `${base}${PART_AT[part]}`

/** A question of a trial with what was typed into it and not kept. Pure. */
export const retyped = (field: FieldView, values: Readonly<Record<string, string>>): FieldView => ({
  ...field,
  value: values[field.name] ?? (field.control === 'checkbox' ? '' : field.value),
  options: field.options.map((option) => ({
    ...option,
    isChosen: option.name === field.name ? values[field.name] === option.code : values[option.name] !== undefined,
  })),
  dateParts: field.dateParts.map((part) => ({ ...part, value: values[part.name] ?? part.value })),
})

/** A choice of a sheet in words: its own text, else that of the user interface; a time with its years. */
export const optionWords = (label: string, { value, text, years }: Row['options'][number], t: Translate): string => {
  const key = `editing.option.${label}.${value}`
  const said = text === '' ? (hasWord(key) ? t(key) : value) : text
  return years === undefined ? said : `${t('editing.retention-years', { count: years })}: ${said}`
}

/** What a row holds, as people write it: a time in words. */
export const periodWords = ({ kind, value }: Row, t: Translate): string => {
  const [, count, unit] = (kind === 'period' && /^(\d+) (day|week|month)$/.exec(value)) || []
  return unit === undefined ? value : t(`editing.period.${unit as 'day' | 'week' | 'month'}`, { count: Number(count) })
}

/** `approval.de` or `de` in words: what a letter is, and its language. */
export const letterName = (about: string, t: Translate): string => {
  const [lang = 'de', kind] = about.split('.').toReversed()
  const named = languageName(lang)
  return kind === undefined ? named : `${t(`editing.notice-kind.${kind}` as WordKey)} (${named})`
}

/** What rows of a sheet have in common, in words: a part of a notice with the number of its text, a state, a task, a mail. */
export const groupWords = (group: string, t: Translate): string => {
  const [, part = '', number = ''] = /^([a-z]+)-(\d+)$/.exec(group) ?? []
  const [, kind = '', name = ''] = /^(state|task|mail):(.+)$/.exec(group) ?? []
  if (hasWord(`editing.notice-part.${part}`)) {
    return t('editing.notice-text', { part: t(`editing.notice-part.${part}` as WordKey), number })
  }
  if (kind !== '') {
    const mail = `editing.mail.${name}`
    return t(`editing.group.${kind}` as WordKey, { name: kind === 'mail' && hasWord(mail) ? t(mail) : name })
  }
  return hasWord(`editing.group.${group}`) ? t(`editing.group.${group}` as WordKey) : group
}

/** A bound as people write it: a number with a comma, a day with points. */
const boundText = (bound: number | string): string =>
  typeof bound === 'number'
    ? writtenNumber(bound)
    : /^\d{4}-\d{2}-\d{2}$/.test(bound)
      ? bound.split('-').toReversed().join('.')
      : bound

/** What of a form keeps a rule, in words: "Pflicht bei „Name“: wenn …". */
export const keeperText = ({ kind, name, said, limits = {} }: KeeperView, t: Translate): string => {
  const head = t(`editing.keeper.${kind}`, { name })
  const { min, max, minLength, maxLength, pattern, isPast, isFuture } = limits
  const bounds = [
    min === undefined ? '' : t('editing.keeper.min', { value: boundText(min) }),
    max === undefined ? '' : t('editing.keeper.max', { value: boundText(max) }),
    minLength === undefined ? '' : t('editing.keeper.min-length', { value: minLength }),
    maxLength === undefined ? '' : t('editing.keeper.max-length', { value: maxLength }),
    pattern === undefined ? '' : t('editing.keeper.pattern', { value: pattern }),
    isPast === true ? t('editing.keeper.past') : '',
    isFuture === true ? t('editing.keeper.future') : '',
  ].filter(Boolean)
  const more = [said, ...bounds].filter(Boolean).join(', ')
  return more === '' ? head : `${head}: ${more}`
}

/** What an answer names and is not in the form any more. */
export const lostText = (ref: string, t: Translate): string => {
  const [kind = '', ...rest] = ref.split(':')
  const key = `editing.keeper.${kind}`
  return hasWord(key) ? t(key, { name: rest.join(':') }) : ref
}

/** What a row of a sheet is called: what it is, and which of several. */
export const rowWords = ({ label, of }: Pick<Row, 'label' | 'of'>, t: Translate): string => {
  const what = t((hasWord(`editing.row.${label}`) ? `editing.row.${label}` : 'editing.row.entry') as WordKey)
  return of === undefined ? what : t('editing.of-several', { what, of })
}

/** What is wrong with one row of a sheet, in words. */
export type RowError = {
  readonly name: string
  readonly text: string
  readonly lang: 'de' | 'en'
  readonly canSplit: boolean
  /** It asks what it needs itself: it may be split. */
  readonly isShared: boolean
  /** Page or list that may move, by its id; empty where nothing has to. */
  readonly moves: string
}
/** A sheet that was refused: what was typed into it, and what is wrong with it. */
export type RefusedSheet = {
  /** Undefined where a control was not sent. */
  readonly typed: (name: string) => string | undefined
  readonly errors: readonly RowError[]
  /** The rule that was put together for a row; undefined where none was. */
  readonly ruleOf: (name: string) => string | undefined
  /** What the answer says beside errors, by its kind: what a fee would come to, and what it looks at. */
  readonly said: (kind: 'item' | 'total' | 'unclear' | 'asks') => readonly Readonly<Record<string, unknown>>[]
}
const NO_ERROR = /^editing\/(chosen|fee-(item|total|unclear|asks))$/

/** Nothing was wrong: a rule is being put together, and the page shows how far it is. */
const isChoosing = (page: Pick<AstroGlobal, 'locals'>): boolean =>
  problemName(page.locals.problem?.type) === 'editing/choosing'

/** The refused form of this page, if it is the one sent to `action`. */
export const refusedSheet = (page: Pick<AstroGlobal, 'locals'>, t: Translate, action: string): RefusedSheet | null => {
  const { form, errors = [] } = page.locals.problem ?? {}
  return form?.action === action
    ? {
        typed: (name) => form.values[name],
        errors: errors.filter(({ type }) => !NO_ERROR.test(type)).map((error) => rowError(error, t)),
        ruleOf: (name) => {
          const chosen = errors.find(({ type, pointer }) => type === 'editing/chosen' && pointer === `/${name}`)
          return chosen === undefined ? undefined : String(chosen.params?.['rule'] ?? '')
        },
        said: (kind) => errors.flatMap(({ type, params = {} }) => (type === `editing/fee-${kind}` ? [params] : [])),
      }
    : null
}

type PageError = NonNullable<NonNullable<App.Locals['problem']>['errors']>[number]

/** Findings whose detail quotes the word or name they are about. */
const NAMES_WHAT = /^(feel\/|forms\/(same-page|later-answer|null-check)$)/

function rowError({ type, pointer = '', params = {} }: PageError, t: Translate): RowError {
  const name = pointer.replace(/^\//, '')
  const canSplit = params['split'] === 'yes'
  if (params['question'] !== undefined) {
    const [question = '', list = '', asked = '', own = '', page = '', shared = ''] = [
      'question',
      'list',
      'asked',
      'own',
      'page',
      'shared',
    ].map((key) => String(params[key] ?? ''))
    const text = laterText({ question, list, asked, own, page }, t)
    return { name, text, lang: 'de', canSplit, moves: page || shared, isShared: shared !== '' }
  }
  const own = `editing.wrong.${type.replace(/^editing\//, '')}`
  const detail = String(params['detail'] ?? '')
  const said = hasWord(own)
    ? { text: t(own), lang: 'de' as const }
    : findingText({ file: '', line: 1, type, detail }, t)
  const quoted = said.lang === 'de' && NAMES_WHAT.test(type) ? /"([^"]{1,80})"/.exec(detail)?.[1] : undefined
  const what = quoted === undefined ? '' : ` ${t('editing.what', { what: quoted })}`
  const suggestion =
    params['suggestion'] === undefined
      ? ''
      : ` ${t('editing.suggestion', { suggestion: String(params['suggestion']) })}`
  return { name, text: `${said.text}${what}${suggestion}`, lang: said.lang, canSplit, moves: '', isShared: false }
}
