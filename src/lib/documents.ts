import type { AstroGlobal } from 'astro'
import { apiOf, type DocumentView } from './api.ts'

/** One page of a document that is shown beside the answers. */
export type ShownPage = {
  readonly number: number
  readonly text: string
  readonly width: number
  readonly height: number
}

/** The document that the address chooses, else the first one that can be looked at, with the chosen page of its preview. */
export async function readShown(
  page: AstroGlobal,
  documents: readonly DocumentView[],
): Promise<{ readonly document: DocumentView | undefined; readonly page: ShownPage | null }> {
  const { searchParams } = page.url
  const document = documents.find(({ id }) => id === searchParams.get('dokument')) ?? documents[0]
  const isOpen = document?.scanState === 'clean' || document?.scanState === 'unscanned'
  if (document?.preview?.state !== 'made' || !isOpen) {
    return { document, page: null }
  }
  const asked = Number(searchParams.get('seite') ?? '1')
  const number = Number.isInteger(asked) && asked >= 1 && asked <= document.preview.shownCount ? asked : 1
  const text = await apiOf(page).getJson<Omit<ShownPage, 'number'>>(
    `submissions/documents/${document.id}/pages/${number}/text`,
  )
  return { document, page: { number, ...text } }
}
