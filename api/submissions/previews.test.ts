import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { discardBlobs, sweepBlobs } from '../documents/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, smallPdf } from '../testing/dog-tax.ts'
import { smallJpeg } from '../testing/files.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { DocumentView, VorgangView } from './service-vorgang.ts'

let town: Town
let citizen: Caller
let clerk: Caller
beforeAll(async () => {
  town = await openTown({ press: true })
  citizen = town.newCaller()
  clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
})
afterAll(() => town.close())

async function attachment(file: Uint8Array, name?: string): Promise<DocumentView> {
  const { vorgangId } = await apply(citizen, file, name)
  await town.tick()
  const view = await clerk.read<VorgangView>(`/submissions/vorgaenge/${vorgangId}`)
  const found = view.documents.find(({ kind }) => kind === 'attachment')
  if (found === undefined) {
    throw new Error('no attachment')
  }
  return found
}
const page = (id: string, number: number): string => `/submissions/documents/${id}/pages/${number}`

describe('previews', () => {
  it('of a PDF are pictures of its pages, sealed, and go when the file goes', async () => {
    const document = await attachment(smallPdf('preview'))
    expect(document.preview).toEqual({ state: 'made', pageCount: 1, shownCount: 1, flags: [] })
    const image = await clerk.get(page(document.id, 1))
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(await clerk.read(`${page(document.id, 1)}/text`)).toEqual({ text: '', width: 1240, height: 1754 })
    expect(await problemOf(await clerk.get(page(document.id, 2)))).toMatchObject({ type: 'documents/no-preview' })
    const other = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await other.get(page(document.id, 1))).status).toBe(404)
    const [row] = await town.ctx.db.all<{ blob: string; image: string; origin: string }>(
      `SELECT p.blob_id AS blob, p.image_blob_id AS image, b.derived_from AS origin FROM preview_pages p JOIN blobs b ON b.id = p.image_blob_id JOIN document_versions v ON v.blob_id = p.blob_id WHERE v.document_id = '${document.id}'`,
    )
    expect(row?.origin).toBe(row?.blob)
    await town.ctx.write({
      statements: [
        { sql: 'DELETE FROM document_versions WHERE document_id = ?', args: [document.id] },
        { sql: 'DELETE FROM blobs WHERE id = ?', args: [row?.blob ?? ''] },
      ],
    })
    expect(await town.ctx.db.all(`SELECT id FROM preview_pages WHERE blob_id = '${row?.blob}'`)).toEqual([])
    expect(await discardBlobs(town.ctx, [row?.image ?? ''])).toBe(1)
    expect(await sweepBlobs(town.ctx)).toBe(0)
  })

  it('of a photo are the photo without its place; the original stays as it was', async () => {
    const photo = smallJpeg({ orientation: 6 })
    const document = await attachment(photo, 'foto.jpg')
    const shown = Buffer.from(await (await clerk.get(page(document.id, 1))).arrayBuffer())
    expect(shown.includes('GPS')).toBe(false)
    const original = Buffer.from(await (await clerk.get(`/submissions/documents/${document.id}`)).arrayBuffer())
    expect(original.equals(photo)).toBe(true)
  })

  it('of what cannot be read: it is said', async () => {
    const broken = Buffer.from(Buffer.from(smallPdf('x')).toString('latin1').replace('/Kids[3 0 R]', '/Kids[9 0 R]'))
    expect((await attachment(broken)).preview).toMatchObject({ state: 'unreadable', pageCount: 0 })
  })

  it('are not made where no process may be started', async () => {
    Object.assign(town.ctx, { press: null })
    expect((await attachment(smallPdf('none'))).preview).toBeUndefined()
  })
})
