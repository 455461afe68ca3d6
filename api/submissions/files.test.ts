import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweepBlobs } from '../documents/service.ts'
import type { StepView } from '../forms/view.ts'
import { takeLease } from '../jobs/service.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import {
  bodyOf,
  DRAFTS,
  FILE_QUESTION,
  fillDraft,
  type Next,
  putFile,
  sendStep,
  smallPdf,
  submit,
} from '../testing/dog-tax.ts'
import { openTown, type Town } from '../testing/town.ts'

const MAX = 20_000_000
let town: Town
let citizen: Caller
let draftId: string
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town.close())
beforeEach(async () => {
  citizen = town.newCaller()
  draftId = await fillDraft(citizen, { until: 'unterlagen' })
})

const blobCount = async (): Promise<number> => (await Array.fromAsync(town.ctx.blobs.list())).length
const temporary = (): string[] => readdirSync(join(town.dataDir, 'blobs', 'tmp'))
const page = (): Promise<StepView> => citizen.read(`${DRAFTS}/${draftId}/steps/unterlagen`)
const filesShown = async (): Promise<readonly string[]> =>
  (await page()).fields[0]?.file?.files.map((file) => file.name) ?? []
const digest = (bytes: Uint8Array, encoding: 'base64' | 'hex'): string =>
  createHash('sha256').update(bytes).digest(encoding)

/** A body of `bytes` bytes that is made while it is read. */
function stream(bytes: number, read = { bytes: 0 }): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(65_536).fill(0x20)
  chunk.set(Buffer.from('%PDF-1.7\n'))
  return new ReadableStream({
    pull: (controller) => {
      if (read.bytes >= bytes) {
        controller.close()
        return
      }
      const part = chunk.subarray(0, Math.min(chunk.length, bytes - read.bytes))
      read.bytes += part.length
      controller.enqueue(part)
    },
  })
}

/** What each refusal is: name, bytes, status and type of the PUT, type on the page of the form. */
const REFUSED = [
  ['empty', 'leer.pdf', new Uint8Array(), 422, 'documents/file-empty', 'forms/file-empty'],
  ['a text that says it is a PDF', 'brief.pdf', Buffer.from('Hallo'), 422, 'documents/file-type', 'forms/file-type'],
  ['a PDF that says it is a picture', 'bild.png', smallPdf('x'), 422, 'documents/file-ending', 'forms/file-ending'],
  ['a program', 'start.exe', Buffer.from('MZ\u0090'), 422, 'documents/file-type', 'forms/file-type'],
  [
    'a picture with a script in it',
    'foto.jpg',
    Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from('<script>alert(1)</script>')]),
    422,
    'documents/file-type',
    'forms/file-type',
  ],
  ['too large', 'gross.pdf', smallPdf('x', MAX + 1), 413, 'documents/file-too-large', 'forms/file-size'],
] as const

describe('PUT /submissions/drafts/:draft/files', () => {
  it('201 stores the file, gives its digest, and shows it on its page', async () => {
    const bytes = smallPdf('one', 300_000)
    const headers = { 'content-digest': `sha-256=:${digest(bytes, 'base64')}:` }
    const stored = await bodyOf<Record<string, unknown>>(
      await putFile(citizen, draftId, bytes, { name: 'Übersicht Łódź.pdf', headers }),
      201,
    )
    expect(stored).toEqual({
      pointer: FILE_QUESTION,
      id: expect.any(String),
      name: 'Übersicht Łódź.pdf',
      mediaType: 'application/pdf',
      sizeBytes: 300_000,
      sha256: digest(bytes, 'hex'),
    })
    expect(await filesShown()).toEqual(['Übersicht Łódź.pdf'])
    const back = await citizen.get(`${DRAFTS}/${draftId}/files/${stored['id']}`)
    expect(digest(new Uint8Array(await back.arrayBuffer()), 'hex')).toBe(stored['sha256'])
    expect(back.headers.get('content-disposition')).toContain(
      "filename*=UTF-8''%C3%9Cbersicht%20%C5%81%C3%B3d%C5%BA.pdf",
    )
    const part = await citizen.get(`${DRAFTS}/${draftId}/files/${stored['id']}`, { range: 'bytes=65530-65545' })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(Buffer.from(bytes.subarray(65_530, 65_546)))
  })

  it.each(REFUSED)('refuses a file that is %s, and keeps nothing of it', async (_what, name, bytes, status, type) => {
    const before = await blobCount()
    expect(await problemOf(await putFile(citizen, draftId, bytes, { name }))).toMatchObject({ status, type })
    expect(await blobCount()).toBe(before)
    expect(temporary()).toEqual([])
    expect(await filesShown()).toEqual([])
  })

  it('422 when the bytes that arrived are not those that were sent, and keeps nothing', async () => {
    const before = await blobCount()
    const headers = { 'content-digest': `sha-256=:${digest(smallPdf('other'), 'base64')}:` }
    const answer = await putFile(citizen, draftId, smallPdf('one'), { headers })
    expect(await problemOf(answer)).toMatchObject({ status: 422, type: 'submissions/wrong-digest' })
    expect(await blobCount()).toBe(before)
  })

  it.each([
    ['a digest it cannot read', { 'content-digest': 'md5=:abc:' }, 'submissions/digest-unreadable'],
    ['no name', { 'x-file-name': '' }, 'submissions/file-name-missing'],
    ['a name that is not encoded', { 'x-file-name': '%E0%A4%A' }, 'submissions/file-name-missing'],
  ])('400 for %s', async (_what, headers, type) => {
    expect(await problemOf(await putFile(citizen, draftId, smallPdf('x'), { headers }))).toMatchObject({
      status: 400,
      type,
    })
  })

  it('404 for a question that takes no files, 422 for what is no question', async () => {
    expect((await putFile(citizen, draftId, smallPdf('x'), { question: '/halter/vornamen' })).status).toBe(404)
    expect((await putFile(citizen, draftId, smallPdf('x'), { question: '/__proto__/x' })).status).toBe(422)
    expect((await putFile(citizen, draftId, smallPdf('x'), { question: '/constructor/name' })).status).toBe(404)
  })

  it('takes exactly as many files as the question has room for, however they come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => putFile(citizen, draftId, smallPdf(`${n}`))))
    const statuses = answers.map((answer) => answer.status)
    expect(statuses.filter((status) => status === 201).length).toBe(5)
    expect(statuses.filter((status) => status === 409).length).toBe(7)
    expect((await filesShown()).length).toBe(5)
    const rows = await town.ctx.db.all(`SELECT id FROM uploads WHERE draft_id = '${draftId}'`)
    expect(rows.length).toBe(5)
    expect(await problemOf(await putFile(citizen, draftId, smallPdf('x')))).toMatchObject({
      status: 409,
      errors: [{ pointer: FILE_QUESTION, type: 'forms/file-count', params: { max: 5 } }],
    })
  })

  it('413 at once for 100 MB that are announced: nothing is read', async () => {
    const read = { bytes: 0 }
    const headers = { 'content-length': '100000000' }
    const answer = await putFile(citizen, draftId, stream(100_000_000, read), { headers })
    expect(await problemOf(answer)).toMatchObject({ status: 413, type: 'documents/file-too-large' })
    expect(read.bytes).toBeLessThan(1_000_000)
  })

  it('413 as soon as 100 MB that are not announced pass the bound; memory does not grow, nothing is kept', async () => {
    const read = { bytes: 0 }
    const before = await blobCount()
    await putFile(citizen, draftId, stream(30_000_000))
    global.gc?.()
    const memory = process.memoryUsage.rss()
    const answer = await putFile(citizen, draftId, stream(100_000_000, read))
    expect(await problemOf(answer)).toMatchObject({ status: 413 })
    expect(read.bytes).toBeLessThan(MAX + 1_000_000)
    expect(process.memoryUsage.rss() - memory).toBeLessThan(20_000_000)
    expect(await blobCount()).toBe(before)
    expect(temporary()).toEqual([])
  })

  it('leaves no file behind when the caller breaks off', async () => {
    const before = await blobCount()
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(smallPdf('half', 200_000)),
      pull: (controller) => controller.error(new Error('connection reset')),
    })
    const answer = await putFile(citizen, draftId, broken)
    expect(answer.status).toBe(400)
    expect(temporary()).toEqual([])
    expect(await blobCount()).toBe(before)
    expect(await filesShown()).toEqual([])
  })
})

describe('DELETE /submissions/drafts/:draft/files/:file', () => {
  const stored = async (): Promise<string> =>
    (await bodyOf<{ id: string }>(await putFile(citizen, draftId, smallPdf('gone')), 201)).id
  const remove = (id: string): Promise<Response> =>
    citizen.delete(`${DRAFTS}/${draftId}/files/${id}?question=${FILE_QUESTION}`)

  it('204 takes the file out, its bytes too', async () => {
    const before = await blobCount()
    const id = await stored()
    expect((await remove(id)).status).toBe(204)
    expect(await filesShown()).toEqual([])
    expect(await blobCount()).toBe(before)
    expect((await citizen.get(`${DRAFTS}/${draftId}/files/${id}`)).status).toBe(404)
    expect((await remove(id)).status).toBe(404)
  })

  it('the button of a page without JavaScript does the same', async () => {
    const before = await blobCount()
    const id = await stored()
    await citizen.form(`${DRAFTS}/${draftId}/steps/unterlagen`, { action: `remove:${FILE_QUESTION}/${id}` })
    expect(await filesShown()).toEqual([])
    expect(await blobCount()).toBe(before)
  })

  it('while a backup runs no bytes go; the daily sweep takes them a day later, and nothing else', async () => {
    const kept = await stored()
    const id = await stored()
    const before = await blobCount()
    const lease = await takeLease(town.ctx, 'backup', 10 ** 12)
    expect((await remove(id)).status).toBe(204)
    expect(await blobCount()).toBe(before)
    expect(await sweepBlobs({ ...town.ctx, now: () => Date.now() + 25 * 3_600_000 })).toBe(0)
    expect(lease).not.toBeNull()
    await town.ctx.write({ statements: [{ sql: 'DELETE FROM leases', args: [] }] })
    expect(await sweepBlobs({ ...town.ctx, now: () => Date.now() + 23 * 3_600_000 })).toBe(0)
    expect(await sweepBlobs({ ...town.ctx, now: () => Date.now() + 25 * 3_600_000 })).toBe(1)
    expect((await citizen.get(`${DRAFTS}/${draftId}/files/${kept}`)).status).toBe(200)
  })
})

describe('POST /submissions/drafts/:draft/steps/:step with files (no JavaScript)', () => {
  const send = async (form: FormData): Promise<string> => {
    const answer = await citizen.form(`${DRAFTS}/${draftId}/steps/unterlagen`, form)
    expect(answer.status).toBe(303)
    return answer.headers.get('location') ?? ''
  }
  const formOf = (...files: readonly (readonly [string, Uint8Array])[]): FormData => {
    const form = new FormData()
    for (const [name, bytes] of files) {
      form.append(FILE_QUESTION, new Blob([Buffer.from(bytes)]), name)
    }
    return form
  }

  it('303 keeps several files at once and leads on', async () => {
    const location = await send(formOf(['b.pdf', smallPdf('b', 3_000_000)], ['a.pdf', smallPdf('a')]))
    expect(location).toBe(`/antrag/${draftId}/erklaerung`)
    expect(await filesShown()).toEqual(['b.pdf', 'a.pdf'])
  })

  it('303 leads on where no file was chosen: browsers then send a part without a name', async () => {
    const form = new FormData()
    form.append(FILE_QUESTION, new Blob([]), '')
    expect(await send(form)).toBe(`/antrag/${draftId}/erklaerung`)
  })

  it.each(REFUSED)(
    'shows on its own page why a file is refused that is %s',
    async (_what, name, bytes, _status, _type, shown) => {
      const before = await blobCount()
      const location = await send(formOf([name, bytes]))
      expect(location).toBe(`/antrag/${draftId}/unterlagen#fehler`)
      const { errors, pageTitle } = await page()
      expect(errors.map((error) => error.type)).toEqual([shown])
      expect(errors[0]?.text.length).toBeGreaterThan(10)
      expect(pageTitle).toMatch(/^Fehler:/)
      expect(await blobCount()).toBe(before)
      expect(temporary()).toEqual([])
      expect(await send(new FormData())).toBe(`/antrag/${draftId}/erklaerung`)
    },
  )

  it('keeps the good file of a page when the other one is refused', async () => {
    expect(await send(formOf(['gut.pdf', smallPdf('a')], ['leer.pdf', new Uint8Array()]))).toMatch(/#fehler$/)
    expect(await filesShown()).toEqual(['gut.pdf'])
  })

  it('keeps as many files as there is room for and says so about the others', async () => {
    const before = await blobCount()
    const files = Array.from({ length: 7 }, (_, n) => [`${n}.pdf`, smallPdf(`${n}`)] as const)
    expect(await send(formOf(...files))).toMatch(/#fehler$/)
    expect((await page()).errors.map((error) => error.type)).toEqual(['forms/file-count'])
    expect((await filesShown()).length).toBe(5)
    expect(await blobCount()).toBe(before + 5)
  })

  it('413 for more files than any question takes', async () => {
    const before = await blobCount()
    const files = Array.from({ length: 11 }, (_, n) => [`${n}.pdf`, smallPdf(`${n}`)] as const)
    const answer = await citizen.form(`${DRAFTS}/${draftId}/steps/unterlagen`, formOf(...files))
    expect(await problemOf(answer)).toMatchObject({ status: 413, type: 'submissions/too-many-fields' })
    expect(await blobCount()).toBe(before)
    expect(temporary()).toEqual([])
  })
})

describe('malformed forms', () => {
  const head = (name: string, more = ''): string =>
    `--B\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`
  const file = head(FILE_QUESTION, '; filename="a.pdf"')
  const pdf = Buffer.from(smallPdf('x', 100_000)).toString('latin1')
  const post = (
    body: string | ReadableStream<Uint8Array>,
    type = 'multipart/form-data; boundary=B',
  ): Promise<Response> =>
    citizen.send(`${DRAFTS}/${draftId}/steps/unterlagen`, {
      method: 'POST',
      body: typeof body === 'string' ? Buffer.from(body, 'latin1') : body,
      headers: { 'content-type': type },
      duplex: 'half',
    } as RequestInit)

  it.each([
    ['nothing at all', ''],
    ['no boundary in it', 'hello'],
    ['an end before the first part', '--B'],
    ['a file that never ends', `${file}${pdf}`],
    ['a field that never ends', `${head('a')}text`],
    ['headers that never end', '--B\r\nContent-Disposition: form-data; name="a"\r\n'],
    ['a header without an end of line', `--B\r\n${'x'.repeat(90_000)}`],
    ['control signs in a header', '--B\r\nContent\u0000-Disposition: form-data; name="a"\r\n\r\nx\r\n--B--\r\n'],
    ['a second file that breaks off', `${file}${pdf}\r\n${file}${pdf.slice(0, 50)}`],
  ])('400 for %s, no file is left', async (_what, body) => {
    const before = await blobCount()
    const answer = await post(body)
    expect(await problemOf(answer)).toMatchObject({ status: 400, type: 'submissions/broken-form' })
    expect(temporary()).toEqual([])
    expect(await blobCount()).toBe(before)
  })

  it('400 without a boundary', async () => {
    expect((await post(`${file}${pdf}\r\n--B--\r\n`, 'multipart/form-data')).status).toBe(400)
  })

  it.each([
    ['a part without a name', '--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n', 303],
    ['a part without a disposition', '--B\r\nX-A: b\r\n\r\nx\r\n--B--\r\n', 303],
    [
      'a file without a name of its question',
      `--B\r\nContent-Disposition: form-data; filename="a.pdf"\r\n\r\n${pdf}\r\n--B--\r\n`,
      404,
    ],
    [
      'a file for a question that takes none',
      `${head('/halter/vornamen', '; filename="a.pdf"')}${pdf}\r\n--B--\r\n`,
      404,
    ],
    ['a name that is too long', `${head('a'.repeat(300))}x\r\n--B--\r\n`, 413],
    ['a value that is too long', `${head('a')}${'x'.repeat(70_000)}\r\n--B--\r\n`, 413],
    ['too many fields', `${Array.from({ length: 301 }, (_, n) => `${head(`f${n}`)}x\r\n`).join('')}--B--\r\n`, 413],
  ])('answers %s', async (_what, body, status) => {
    const headers = { accept: 'text/html' }
    const answer = await citizen.send(`${DRAFTS}/${draftId}/steps/unterlagen`, {
      method: 'POST',
      body: Buffer.from(body, 'latin1'),
      headers: { ...headers, 'content-type': 'multipart/form-data; boundary=B' },
    })
    expect(answer.status).toBe(status)
    expect(temporary()).toEqual([])
  })

  it('leaves no file behind when the browser breaks off', async () => {
    const before = await blobCount()
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(`${file}${pdf}`, 'latin1')),
      pull: (controller) => controller.error(new Error('connection reset')),
    })
    expect((await post(broken)).status).toBe(400)
    expect(temporary()).toEqual([])
    expect(await blobCount()).toBe(before)
  })

  it('keeps its answer after random cuts and changes: never 500, never a hang, never a file left', async () => {
    const whole = `${head('a')}text\r\n${file}${pdf.slice(0, 3_000)}\r\n--B--\r\n`
    for (let round = 0; round < 60; round += 1) {
      const at = (round * 7_919) % whole.length
      const body = round % 2 === 0 ? whole.slice(0, at) : `${whole.slice(0, at)}\u0000\r\n--B${whole.slice(at + 3)}`
      const answer = await post(body)
      expect([200, 303, 400, 404, 413]).toContain(answer.status)
    }
    expect(temporary()).toEqual([])
  })
})

describe('what becomes of files', () => {
  const finish = async (): Promise<string> => {
    let next: Next = await sendStep(citizen, draftId, 'unterlagen')
    next = await sendStep(citizen, draftId, next.address)
    expect(next.to).toBe('review')
    return (await submit(citizen, draftId)).vorgangId
  }

  it('those that the application names become documents, and nothing is left of the draft', async () => {
    const bytes = smallPdf('named')
    const { id } = await bodyOf<{ id: string }>(await putFile(citizen, draftId, bytes), 201)
    const vorgangId = await finish()
    expect(await town.ctx.db.all(`SELECT id FROM uploads WHERE draft_id = '${draftId}'`)).toEqual([])
    const document = await citizen.get(`/submissions/status/${vorgangId}/documents/${id}`)
    expect(Buffer.from(await document.arrayBuffer())).toEqual(Buffer.from(bytes))
  })

  it('one of a branch that was left is no part of the application: no document, no bytes', async () => {
    const before = await blobCount()
    await sendStep(citizen, draftId, 'ermaessigung', { '/ermaessigung/gewuenscht': 'true' })
    await sendStep(citizen, draftId, 'ermaessigungsgrund', { '/ermaessigung/grund': 'tierheim' })
    await bodyOf(await putFile(citizen, draftId, smallPdf('left'), { question: '/ermaessigung/nachweis' }), 201)
    await sendStep(citizen, draftId, 'ermaessigung', { '/ermaessigung/gewuenscht': 'false' })
    const vorgangId = await finish()
    expect((await citizen.read<{ documents: unknown[] }>(`/submissions/status/${vorgangId}`)).documents).toEqual([])
    expect(await blobCount()).toBe(before)
  })

  it('one in quarantine is not given out, one that was rejected cannot be sent in', async () => {
    const { id } = await bodyOf<{ id: string }>(await putFile(citizen, draftId, smallPdf('ill')), 201)
    const mark = (state: string): Promise<unknown> =>
      town.ctx.write({
        statements: [
          {
            sql: 'UPDATE blobs SET scan_state = ? WHERE id = (SELECT blob_id FROM uploads WHERE id = ?)',
            args: [state, id],
          },
        ],
      })
    await mark('quarantined')
    const answer = await citizen.get(`${DRAFTS}/${draftId}/files/${id}`)
    expect(await problemOf(answer)).toMatchObject({ status: 403, type: 'documents/quarantined' })
    await mark('rejected')
    await sendStep(citizen, draftId, 'unterlagen')
    await sendStep(citizen, draftId, 'erklaerung')
    expect(await problemOf(await citizen.post(`${DRAFTS}/${draftId}/submit`))).toMatchObject({
      status: 422,
      errors: [{ pointer: FILE_QUESTION, type: 'forms/file-virus' }],
    })
    await mark('quarantined')
    const { vorgangId } = await submit(citizen, draftId)
    expect((await citizen.get(`/submissions/status/${vorgangId}/documents/${id}`)).status).toBe(403)
  })
})
