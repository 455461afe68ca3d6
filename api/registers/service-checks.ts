import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Form } from '../forms/model.ts'
import { type Finding, nearest } from '../lib/finding.ts'

/**
 * Checks every lookup against the form of its service: questions that are there, codes that its choice has, values that
 * the register can give.
 * @param formOf the German form; null where it is broken, which its own check reports.
 */
export function checkLookups(formOf: (content: Content, slug: string) => Form | null): ContentChecker {
  return (content) =>
    [...content.services].flatMap(([slug, service]) => {
      const form = service.lookups.length === 0 ? null : formOf(content, slug)
      return form === null ? [] : service.lookups.flatMap((lookup) => checkLookup(content, form, slug, lookup))
    })
}

type Lookup = NonNullable<ReturnType<Content['services']['get']>>['lookups'][number]

function checkLookup(content: Content, form: Form, slug: string, lookup: Lookup): readonly Finding[] {
  const file = `services/${slug}/service.yaml`
  const finding = (detail: string, suggestion?: string): Finding => ({
    file,
    line: 1,
    type: 'registers/lookup',
    detail: `lookup "${lookup.id}": ${detail}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  })
  const paths = [...form.fields.keys()]
  const unknown = [lookup.choice, ...Object.values(lookup.query), ...Object.values(lookup.values)]
    .filter((path) => !form.fields.has(path) || form.fields.get(path)?.loop !== undefined)
    .map((path) => finding(`there is no question "${path}" outside of repeating groups.`, nearest(path, paths)))
  const codes = (form.fields.get(lookup.choice)?.options ?? []).map((option) => option.code)
  const strange = [lookup.code, lookup.instead]
    .filter((code) => !codes.includes(code))
    .map((code) => finding(`"${lookup.choice}" has no answer "${code}".`, nearest(code, codes)))
  const known = Object.keys(content.registers.get(lookup.register)?.values ?? {})
  const never = Object.keys(lookup.values)
    .filter((name) => !known.includes(name))
    .map((name) => finding(`the register never says "${name}".`, nearest(name, known)))
  return [...unknown, ...strange, ...never]
}
