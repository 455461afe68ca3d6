import { pick } from '../catalogue/service.ts'
import type { Content } from '../content/snapshot.ts'
import type { LawTable } from './law-rows.ts'

/** Slugs of the services whose cases a row of a table can concern. */
export function servicesUsing(content: Content, table: LawTable, id: string): readonly string[] {
  const slugs = [...content.services.keys()]
  switch (table) {
    case 'fees':
      return slugs.filter((slug) => usesFee(content, slug, id))
    case 'retention':
      return slugs.filter((slug) => content.services.get(slug)?.retention === id)
    case 'deliveries':
      return slugs.filter((slug) => content.paths.some((path) => path.startsWith(`services/${slug}/notice.`)))
    case 'deadlines':
      return slugs.filter((slug) => usesDeadline(content, slug, id))
  }
}

function usesFee(content: Content, slug: string, id: string): boolean {
  const service = content.services.get(slug)
  return (
    service !== undefined && (service.fees.includes(id) || service.fee?.items.some(({ fee }) => fee === id) === true)
  )
}

/** Deadlines that every process can come to, whatever it says itself. */
const EVERYWHERE = [
  'answer-to-request',
  'call-back',
  'communication-help',
  'file-inspection',
  'first-look',
  'objection',
]

function usesDeadline(content: Content, slug: string, id: string): boolean {
  if (EVERYWHERE.includes(id)) {
    return content.services.get(slug)?.online === 'own'
  }
  const decoder = new TextDecoder()
  return [`services/${slug}/process.bpmn`, `services/${slug}/form.de.yaml`].some((path) => {
    const bytes = content.file(path)
    return bytes !== undefined && new RegExp(`["': ]${id}["',\\s}]`).test(decoder.decode(bytes))
  })
}

/** What a service is called, in its own words or the state's. */
export function serviceName(content: Content, slug: string): string {
  const service = content.services.get(slug)
  const state = content.mirror.services.get(service?.catalogue ?? '')?.name
  return service?.title?.de ?? pick(state, 'de')?.value ?? slug
}
