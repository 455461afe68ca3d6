import type { AstroGlobal } from 'astro'
import type { WordKey } from './words.ts'

type Level = 'none' | 'basic' | 'substantial' | 'high'
const LEVELS: readonly string[] = ['none', 'basic', 'substantial', 'high'] satisfies Level[]
const isLevel = (text: string | null): text is Level => text !== null && LEVELS.includes(text)

/** What a page of the sign-in was asked for: where to go on (checked by the API), and the least level. */
export const readWanted = ({ url }: Pick<AstroGlobal, 'url'>): { to: string; level: Level; query: string } => {
  const to = url.searchParams.get('weiter') ?? '/konto/'
  const wanted = url.searchParams.get('niveau')
  const level = isLevel(wanted) ? wanted : 'none'
  return { to, level, query: new URLSearchParams({ to, level }).toString() }
}

/** Whether a level is as good as another. */
export const isEnough = (has: string, needed: Level): boolean => LEVELS.indexOf(has) >= LEVELS.indexOf(needed)

/** Address of the page that offers to sign in. */
export const signInPath = (to: string, level: string): string =>
  `/konto/anmelden/?${new URLSearchParams({ weiter: to, niveau: level })}`

/** Word for a level. */
export const levelWord = (level: string): WordKey => `account.level.${level}` as WordKey

/** Word for who vouches for an account. */
export const providerWord = (provider: string): WordKey => `account.provider.${provider}` as WordKey

/** Words for where a value comes from. */
export const fromWord = (provider: string): WordKey => `account.from.${provider}` as WordKey

/** The same, said to the applicant. */
export const fromYoursWord = (provider: string): WordKey => `account.from-yours.${provider}` as WordKey
