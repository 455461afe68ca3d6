import { leadIn, titleIn } from '../catalogue/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { Form } from './model.ts'

/** Name and first sentence of a service as its page says them in a language; absent what the page has in German only. */
export type Described = { readonly title?: string; readonly lead?: string }

/** What the catalogue or the city says of a service in a language other than German. */
export function describedIn(content: Content, slug: string, lang: string): Described {
  const config = content.services.get(slug)
  const service = lang === 'de' ? undefined : content.mirror.services.get(config?.catalogue ?? '')
  if (service === undefined) {
    return {}
  }
  const [title, lead] = [titleIn({ service, config }, lang), leadIn({ service }, lang)]
  return {
    ...(title?.lang === lang ? { title: title.value } : {}),
    ...(lead?.lang === lang ? { lead: lead.value } : {}),
  }
}

/**
 * A form that calls the service as its page does, where nobody has translated the form's own title and first sentence: whoever comes
 * from the English page finds the same words (WCAG 2.2, 3.2.4). What the form says itself stays.
 */
export function withDescription(form: Form, { title, lead }: Described): Form {
  const isGerman = (text: string): boolean => form.germanTexts.has(text)
  const named = title !== undefined && isGerman(form.title) ? title : form.title
  const first = lead !== undefined && isGerman(form.start.lead) ? lead : form.start.lead
  return named === form.title && first === form.start.lead
    ? form
    : { ...form, title: named, start: { ...form.start, lead: first } }
}
