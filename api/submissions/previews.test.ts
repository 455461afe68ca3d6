import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, smallPdf } from '../testing/dog-tax.ts'
import { smallJpeg } from '../testing/files.ts'
import { openTown, type Town } from '../testing/town.ts'
import type { DocumentView } from './service-case-documents.ts'
import type { VorgangView } from './service-vorgang.ts'

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
  it('of a PDF are pictures of its pages, for those who work the Vorgang', async () => {
    const document = await attachment(smallPdf('preview'))
    expect(document.preview).toEqual({ state: 'made', pageCount: 1, shownCount: 1, flags: [] })
    const image = await clerk.get(page(document.id, 1))
    expect([image.status, image.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(await clerk.read(`${page(document.id, 1)}/text`)).toEqual({ text: '', width: 1240, height: 1754 })
    expect(await problemOf(await clerk.get(page(document.id, 2)))).toMatchObject({ type: 'documents/no-preview' })
    const other = await town.signIn('omar', { roles: ['clerk'], teams: ['ordnung'] })
    expect((await other.get(page(document.id, 1))).status).toBe(404)
  })

  it('go when the file goes: rows at once, bytes with the sweep', async () => {
    const blob = (id: string, from: string | null) => ({
      sql: "INSERT INTO blobs (id, key_id, size_bytes, media_type, scan_state, created_at_ms, derived_from) VALUES (?, 'k', 1, 'image/png', 'clean', 0, ?)",
      args: [id, from],
    })
    const added = await town.ctx.write({
      statements: [
        blob('file', null),
        blob('image', 'file'),
        { sql: "INSERT INTO previews VALUES ('file', 'made', 1, '', 0)", args: [] },
        { sql: "INSERT INTO preview_pages VALUES ('page', 'file', 1, 'image', 'k', x'00', 1, 1)", args: [] },
      ],
    })
    expect(added.ok).toBe(true)
    await town.ctx.write({ statements: [{ sql: "DELETE FROM blobs WHERE id = 'file'", args: [] }] })
    const left = await town.ctx.db.all(
      "SELECT id FROM blobs WHERE id = 'image' UNION SELECT id FROM preview_pages WHERE id = 'page' UNION SELECT blob_id FROM previews WHERE blob_id = 'file'",
    )
    expect(left).toEqual([])
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
