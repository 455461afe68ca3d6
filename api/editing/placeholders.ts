import type { Content } from '../content/snapshot.ts'
import { type Form, namesOf } from '../forms/service.ts'
import { wordsOf } from '../lib/words.ts'
import { noticePlaceholders } from '../notices/service-names.ts'

/** A name in braces, and what stands there in the end. */
export type Placeholder = { readonly name: string; readonly label: string }

/** What texts of a notice can say of a case: answers outside of lists, facts of the case, fees of the service. */
export function placeholdersOf(content: Content, slug: string, form: Form | null): readonly Placeholder[] {
  const words = wordsOf(content.words, 'de')
  const fees = new Map(content.fees.fees.map(({ id, name }) => [id, name.de]))
  const own = content.services.get(slug)?.fees ?? []
  const names = noticePlaceholders(form === null ? {} : namesOf(form.fields.values()), own)
  return [
    ...names.form.flatMap((name): readonly Placeholder[] => {
      const field = form?.fields.get(name)
      return field === undefined ? [] : [{ name, label: field.shortLabel }]
    }),
    ...names.notice.map((name) => ({ name, label: words(`editing.placeholder.${name.replaceAll('.', '-')}`) })),
    ...names.fees.map(({ id, name }) => ({ name, label: fees.get(id) ?? id })),
  ]
}

/** What every name of a form and of a case means, questions in lists among them. */
export function labelsOf(content: Content, slug: string, form: Form): Readonly<Record<string, string>> {
  const asked = [...form.fields].map(([path, { shortLabel }]) => [path, shortLabel])
  const groups = [...form.groups].map(([path, { title }]) => [path, title])
  const known = placeholdersOf(content, slug, form).map(({ name, label }) => [name, label])
  return Object.fromEntries([...groups, ...asked, ...known])
}
