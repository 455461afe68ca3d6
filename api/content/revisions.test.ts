import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '../lib/actor.ts'
import { type TestContext, testContext } from '../testing/context.ts'
import { type ContentFiles, contentFile, digestOf, readContentFolder } from './files.ts'
import { folderObjectStore } from './object-store.ts'
import { openRevisions, type RevisionsCtx } from './revisions.ts'

const EDITOR: Actor = { kind: 'system', principal: 'test' }
let ctx: TestContext
let folder = ''
let files: ContentFiles
beforeEach(async () => {
  ctx = await testContext()
  folder = await mkdtemp(join(tmpdir(), 'content-'))
  files = await readContentFolder(join(import.meta.dirname, '../../content'))
})
afterEach(async () => {
  await ctx.close()
  await rm(folder, { recursive: true })
})

const revisionsCtx = (): RevisionsCtx => ({ ...ctx, contentObjects: folderObjectStore(folder), contentCheckers: [] })
const withPhone = (phone: string): ContentFiles => {
  const city = new TextDecoder().decode(files.get('city.yaml')?.bytes).replace('0355 612-0000', phone)
  return new Map([...files, ['city.yaml', contentFile(city)]])
}

describe('content revisions', () => {
  it('have no live content before the first is published', async () => {
    const revisions = await openRevisions(revisionsCtx())
    expect(() => revisions.live()).toThrow('no content')
    await expect(revisions.files()).rejects.toMatchObject({ type: 'content/none' })
  })

  it('are live after publishing and still live after a restart, file by file', async () => {
    const revisions = await openRevisions(revisionsCtx())
    const { revisionId } = await revisions.publish(EDITOR, files, { note: 'first' })
    const reopened = await openRevisions(revisionsCtx())
    expect(reopened.live().revisionId).toBe(revisionId)
    expect(reopened.live().content.digest).toBe(revisions.live().content.digest)
    const kept = await reopened.files()
    expect([...kept].map(([path, { digest }]) => [path, digest])).toEqual(
      [...files].map(([path, { digest }]) => [path, digest]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    )
  })

  it('keep an older revision readable as it was', async () => {
    const revisions = await openRevisions(revisionsCtx())
    const first = await revisions.publish(EDITOR, files, { note: 'first' })
    await revisions.publish(EDITOR, withPhone('0355 612-0001'), { note: 'second' })
    expect(revisions.live().content.city.phone).toBe('0355 612-0001')
    const reopened = await openRevisions(revisionsCtx())
    expect((await reopened.at(first.revisionId)).city.phone).toBe('0355 612-0000')
    await expect(reopened.at('nowhere')).rejects.toThrow('never made')
  })

  it('make no new revision of the same content', async () => {
    const revisions = await openRevisions(revisionsCtx())
    const first = await revisions.publish(EDITOR, files, { note: 'first' })
    expect(await revisions.publish(EDITOR, files, { note: 'again' })).toEqual({ ...first, isNew: false })
  })

  it('refuse content with mistakes, name them, and change nothing', async () => {
    const revisions = await openRevisions(revisionsCtx())
    const { revisionId } = await revisions.publish(EDITOR, files, { note: 'first' })
    await expect(revisions.publish(EDITOR, withPhone('nonsense'), { note: 'bad' })).rejects.toMatchObject({
      type: 'content/refused',
      status: 422,
      errors: [{ pointer: '/city.yaml', type: 'content/wrong-value', params: { file: 'city.yaml' } }],
    })
    expect(revisions.live().revisionId).toBe(revisionId)
  })

  it('do not overwrite a revision that became live meanwhile', async () => {
    const revisions = await openRevisions(revisionsCtx())
    const first = await revisions.publish(EDITOR, files, { note: 'first' })
    await revisions.publish(EDITOR, withPhone('0355 612-0001'), { note: 'second' })
    const late = revisions.publish(EDITOR, withPhone('0355 612-0002'), { note: 'late', basedOn: first.revisionId })
    await expect(late).rejects.toMatchObject({ type: 'content/moved', status: 409 })
  })

  it('let exactly one of two concurrent changes of the same revision through', async () => {
    const revisions = await openRevisions(revisionsCtx())
    const { revisionId } = await revisions.publish(EDITOR, files, { note: 'first' })
    const results = await Promise.allSettled(
      ['0355 612-0001', '0355 612-0002'].map((phone) =>
        revisions.publish(EDITOR, withPhone(phone), { note: phone, basedOn: revisionId }),
      ),
    )
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  it('write what other modules add in the same batch', async () => {
    const revisions = await openRevisions(revisionsCtx())
    await revisions.publish(EDITOR, files, { note: 'first', plan: (id) => ({ changes: [{ topic: 'test', id }] }) })
    expect(await ctx.db.all('SELECT topic FROM changes ORDER BY seq')).toEqual([
      { topic: 'content' },
      { topic: 'test' },
    ])
  })

  it('notice an object that was damaged on disk', async () => {
    const revisions = await openRevisions(revisionsCtx())
    await revisions.publish(EDITOR, files, { note: 'first' })
    const digest = files.get('city.yaml')?.digest ?? ''
    await writeFile(join(folder, digest.slice(0, 2), digest), 'other')
    await expect(openRevisions(revisionsCtx())).rejects.toThrow('damaged')
  })
})

describe('folderObjectStore', () => {
  it('keeps each content once and leaves no parts behind', async () => {
    const store = folderObjectStore(folder)
    const bytes = new TextEncoder().encode('text')
    const digest = digestOf(bytes)
    await Promise.all([store.put([{ digest, bytes }]), store.put([{ digest, bytes }])])
    expect(await store.get(digest)).toEqual(Buffer.from(bytes))
    expect(await readdir(join(folder, digest.slice(0, 2)))).toEqual([digest])
  })

  it.each(['../../etc/passwd', 'abc', ''])('refuses %j as a digest', async (digest) => {
    await expect(folderObjectStore(folder).get(digest)).rejects.toThrow('not a digest')
  })
})
