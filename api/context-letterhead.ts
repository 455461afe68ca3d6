import { officePage } from './catalogue/pages.ts'
import type { CatalogueCtx } from './catalogue/service.ts'
import { lawOf, lawRows } from './content/service.ts'
import type { Content } from './content/snapshot.ts'
import { type LetterKit, readLetterKit } from './notices/letter-kit.ts'
import type { Sender } from './notices/render.ts'

/**
 * What all letters of a language share. Where a case is judged by the law of the day, so are the remedies that its letters
 * name. Throws where it is broken: the checks of content say how.
 */
export function kitOf(content: Content, lang: string): LetterKit {
  const kit = readKit(content, lang)
  const live = lawOf(content)
  const known = live?.file(`letters/remedies.${lang}.yaml`) !== undefined
  return live === null || !known ? kit : { ...kit, remedies: lawRows(kit.remedies, readKit(live, lang).remedies) }
}

function readKit(content: Content, lang: string): LetterKit {
  const deadlines = content.deadlines.deadlines.map((rule) => rule.id)
  const read = readLetterKit(content.file, lang, deadlines)
  if (!read.ok) {
    throw new Error(`letters are broken: ${read.findings[0]?.type ?? ''}`)
  }
  return read.kit
}

/** Letterhead: the city, and the office whose postbox works the service. */
export function senderOf(ctx: Pick<CatalogueCtx, 'catalogueIndex'>, content: Content, slug: string): Sender {
  const { city } = content
  const postbox = content.postboxes.get(content.services.get(slug)?.postbox ?? '')
  const office = officePage(ctx.catalogueIndex(content), postbox?.office ?? '')
  return {
    name: city.authority.de,
    nameDsb: city.authority.dsb ?? city.authority.de,
    street: office?.street ?? city.address.street,
    postalCode: office?.postalCode ?? city.address.postalCode,
    town: office?.town ?? city.address.town,
    phone: office?.phone ?? city.phone,
    email: office?.email ?? city.email,
    office: office?.name ?? city.authority.de,
  }
}
