import type { Answers } from '../forms/answers.ts'
import { summary } from '../forms/service.ts'
import { dayInBerlin } from '../lib/clock.ts'
import type { RequestItem } from '../messages/service-request-details.ts'
import type { Case } from '../workflow/service.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { readAnswers } from './service-copy.ts'

const PREFIX = 'item-'
const ITEMS_MAX = 20

/**
 * Answers of the application that a request is about, as they stand now, in German and in the language of the person. What names
 * no answer is left out; at most 20.
 * @param values of the clerk's form: `item-<pointer>` for each that was ticked.
 */
export async function readRequestItems(
  ctx: SubmissionsCtx,
  { vorgang, content }: Pick<Case, 'vorgang' | 'content'>,
  values: Readonly<Record<string, unknown>>,
): Promise<readonly RequestItem[]> {
  const named = Object.keys(values).filter((name) => name.startsWith(PREFIX))
  const pointers = named.map((name) => name.slice(PREFIX.length)).slice(0, ITEMS_MAX)
  const answers = pointers.length === 0 ? null : await readAnswers(ctx, vorgang.aboutVorgangId ?? vorgang.id)
  if (answers === null) {
    return []
  }
  const rowsIn = (lang: string) => rowsOf(ctx, { vorgang, content }, answers, lang)
  const [german, own] = [rowsIn('de'), rowsIn(vorgang.lang)]
  return pointers.flatMap((pointer) => {
    const [de, said] = [german.get(pointer), own.get(pointer)]
    return de === undefined || said === undefined ? [] : [{ pointer, de, own: said }]
  })
}

function rowsOf(
  ctx: SubmissionsCtx,
  { vorgang, content }: Pick<Case, 'vorgang' | 'content'>,
  answers: Answers,
  lang: string,
) {
  const form = ctx.form(content, vorgang.serviceSlug, lang)
  const today = dayInBerlin(vorgang.openedAtMs)
  const sections = summary(form, answers, { words: ctx.formWords(content, lang), today })
  return new Map(
    sections.flatMap((section) =>
      section.rows.map(({ pointer, label, value }) => [
        pointer,
        { label: `${section.title}: ${label}`, before: value },
      ]),
    ),
  )
}
