import type { Content } from '../content/snapshot.ts'
import { postboxesIn } from '../workflow/service-offices.ts'
import type { SubmissionsCtx } from './ctx.ts'

/** A name in a language, and the one it is in. */
export type Named = { readonly name: string; readonly nameLang: string }

/** Offices that read an application on its way besides the one that works the service: those of the steps of its process. */
export async function otherOffices(
  ctx: Pick<SubmissionsCtx, 'workflow'>,
  content: Content,
  { slug, lang }: { readonly slug: string; readonly lang: string },
): Promise<readonly Named[]> {
  if (content.file(`services/${slug}/process.bpmn`) === undefined) {
    return []
  }
  const own = content.services.get(slug)?.postbox
  const postboxes = postboxesIn(await ctx.workflow.definition(content, slug), [...content.postboxes.keys()])
  return postboxes.filter((id) => id !== own).map((id) => named(content.postboxes.get(id)?.name, lang))
}

/** A name in the wanted language, else in German. */
export function named(names: Readonly<Record<string, string | undefined>> | undefined, lang: string): Named {
  const own = names?.[lang]
  return { name: own ?? names?.['de'] ?? '', nameLang: own === undefined ? 'de' : lang }
}
