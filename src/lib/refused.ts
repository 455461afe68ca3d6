import type { AstroGlobal } from 'astro'
import { problemName } from './api.ts'
import { spokenMoment } from './format.ts'
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
  const taken = takenOf(problem.errors, t)
  if (taken !== null) {
    return taken
  }
  const fallback = problem.status >= 500 ? 500 : 400
  const keys = [`problem.${problemName(problem.type)}.text`, `problem.${problemName(problem.type)}`]
  return t([...keys, `failure.text-${fallback}`].find(hasWord) as WordKey)
}

/** Who was quicker, and since when, where the refusal says so. */
function takenOf(errors: NonNullable<AstroGlobal['locals']['problem']>['errors'], t: Translate): string | null {
  const { name, atMs } = errors?.find(({ type }) => type === 'taken')?.params ?? {}
  if (typeof name !== 'string') {
    return null
  }
  return typeof atMs === 'number'
    ? t('office.taken-at', { name, moment: spokenMoment(atMs) })
    : t('office.taken', { name })
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
      return type === undefined ? undefined : t(errorWord(name, type) ?? 'vorgang.error.any')
    },
  }
}

/** Id of the control `name` of the one refused form of a page. */
export const wrongId = (name: string): string => `falsch-${name}`

/** Controls of the refused form that show an error of their own, with its words: one way to each from the summary. */
export function refusedControls(
  page: Pick<AstroGlobal, 'locals'>,
  t: Translate,
): readonly { readonly id: string; readonly text: string }[] {
  const { form, errors = [] } = page.locals.problem ?? {}
  return (form === undefined ? [] : errors).flatMap(({ pointer = '', type }) => {
    const name = pointer.slice(1)
    const word = errorWord(name, type)
    return word === undefined ? [] : [{ id: wrongId(name), text: t(word) }]
  })
}

function errorWord(name: string, type: string): WordKey | undefined {
  return [`absence.error.${name}.${type}`, `vorgang.error.${name}.${type}`, `vorgang.error.${name}.missing`].find(
    hasWord,
  )
}
