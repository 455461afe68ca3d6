import { parse } from 'hono/utils/cookie'

/** Languages in which citizens' pages may be read. */
export const SPOKEN = ['de', 'dsb', 'en'] as const
export type Spoken = (typeof SPOKEN)[number]

const COOKIE = 'sprache'
const YEAR_SECONDS = 31_536_000

/** The language this browser was switched to; null where nobody chose one. Says nothing about a person. */
export function chosenLanguage(request: Request): Spoken | null {
  const value = parse(request.headers.get('cookie') ?? '', COOKIE)[COOKIE]
  return SPOKEN.find((lang) => lang === value) ?? null
}

/** Line for `Set-Cookie` that remembers a chosen language; for what has no draft to remember it: status, errors, the start. */
export function languageLine(origin: string, lang: Spoken): string {
  const secure = origin.startsWith('https://') ? '; Secure' : ''
  return `${COOKIE}=${lang}; Path=/; HttpOnly; SameSite=Lax${secure}; Max-Age=${YEAR_SECONDS}`
}
