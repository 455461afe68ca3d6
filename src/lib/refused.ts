import type { AstroGlobal } from 'astro'
import { problemName } from './api.ts'
import { hasWord, type Translate, type WordKey } from './words.ts'

/** What was typed into a form that was refused, and what is wrong with it. */
export type RefusedForm = {
  /** What was typed; empty where nothing was. */
  readonly typed: (name: string) => string
  /** The error at one control; undefined where it is sound. */
  readonly errorAt: (name: string) => string | undefined
}

/** Why the form of this page was refused, in one sentence; null where none was. */
export function refusalOf(page: Pick<AstroGlobal, 'locals'>, t: Translate): string | null {
  const problem = page.locals.problem
  if (problem?.form === undefined) {
    return null
  }
  const fallback = problem.status >= 500 ? 500 : 400
  const keys = [`problem.${problemName(problem.type)}.text`, `problem.${problemName(problem.type)}`]
  return t([...keys, `failure.text-${fallback}`].find(hasWord) as WordKey)
}

/** The refused form, if it is the one sent to `action` with these fixed values. */
export function refusedForm(
  page: Pick<AstroGlobal, 'locals'>,
  t: Translate,
  action: string,
  fixed: Readonly<Record<string, string>> = {},
): RefusedForm | null {
  const { form, errors = [] } = page.locals.problem ?? {}
  if (form?.action !== action || Object.entries(fixed).some(([name, value]) => form.values[name] !== value)) {
    return null
  }
  return {
    typed: (name) => form.values[name] ?? '',
    errorAt: (name) => {
      const type = errors.find(({ pointer }) => pointer === `/${name}`)?.type
      const key = [`vorgang.error.${name}.${type}`, `vorgang.error.${name}.missing`].find(hasWord)
      return type === undefined ? undefined : key === undefined ? t('vorgang.error.any') : t(key as WordKey)
    },
  }
}
