import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DocumentEntry } from '../documents/service.ts'
import { verifyJournal } from '../journal/service.ts'
import type { ItemList } from '../postboxes/service-lists.ts'
import { type Caller, problemOf } from '../testing/caller.ts'
import { apply, bodyOf, smallPdf } from '../testing/dog-tax.ts'
import { type Applied, handOver, type MailTown, openMailTown, writeMail } from '../testing/inbound.ts'
import { openTown, type Town } from '../testing/town.ts'
import { ACT_FILE } from './service-act-files.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

const PDF = { type: 'application/pdf', name: 'impfpass.pdf', body: smallPdf('mail') }
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
)
let mailTown: MailTown
let town: Town
let clerk: Caller
let server: Caller
beforeAll(async () => {
  mailTown = await openMailTown()
  ;({ town, clerk, server } = mailTown)
})
afterAll(() => town.close())

const applied = (): Promise<Applied> => mailTown.applied()
const view = (id: string): Promise<VorgangView> => clerk.read(`/submissions/vorgaenge/${id}`)
const status = ({ citizen, id }: Applied): Promise<StatusView> => citizen.read(`/submissions/status/${id}`)
const taken = (answer: Promise<Response>) => mailTown.taken(answer)
const sent = async (id: string) => (await view(id)).sent.filter(({ kind }) => kind === 'mail')
const mailsAfter = (count: number) => mailTown.mailsAfter(count)
const item = async (id: string) => {
  const lists = await Promise.all(
    ['team', 'waiting', 'done'].map((name) => clerk.read<ItemList>(`/postboxes/steuern/items?view=${name}`)),
  )
  return lists.flatMap(({ items }) => items).find(({ vorgangId }) => vorgangId === id)
}
const documents = async (id: string): Promise<readonly DocumentEntry[]> =>
  (await view(id)).documents as unknown as readonly DocumentEntry[]

describe('a mail about a Vorgang', () => {
  it('names addresses that say nothing and are of this Vorgang alone', async () => {
    const [one, two] = [await applied(), await applied()]
    for (const address of [one.replyTo, one.returnPath]) {
      expect(address).toMatch(/^vorgang\+[rb][0-9a-f]{48}@antwort\.stadt\.example$/)
      expect(address.split('@')[0]?.length).toBeLessThanOrEqual(64)
    }
    const { reference } = await status(one)
    const plain = [one.id.replaceAll('-', ''), reference.toLowerCase().replaceAll('-', '')]
    expect(plain.some((text) => one.replyTo.includes(text) || one.returnPath.includes(text))).toBe(false)
    expect(new Set([one.replyTo, one.returnPath, two.replyTo, two.returnPath]).size).toBe(4)
    expect(town.mails.at(-1)?.text).toContain('Sie können auf diese E-Mail antworten.')
  })

  it('names none where the city takes no answers', async () => {
    const other = await openTown()
    await apply(other.newCaller(), smallPdf('x'))
    await other.tick()
    expect(other.mails.length).toBeGreaterThan(0)
    expect(other.mails.filter(({ replyTo, returnPath }) => replyTo !== undefined || returnPath !== undefined)).toEqual(
      [],
    )
    expect(other.mails.map(({ text }) => text).join()).not.toContain('auf diese E-Mail antworten')
    const refused = await problemOf(
      await handOver(other.newCaller(), writeMail({ text: 'x' }), { to: 'vorgang@x.example' }),
    )
    expect(refused).toMatchObject({ status: 401, type: 'submissions/mail-server-unknown' })
    await other.close()
  })
})

describe('POST /api/v1/messages/inbound', () => {
  it('200 brings an answer to the case: its text without the quoted mail, an errand, a line in the journal', async () => {
    const of = await applied()
    const before = town.mails.length
    const text = `Guten Tag,\nBello ist geimpft.\n\nAm 24.11.2026 um 10:00 schrieb Stadt <a@b.example>:\n> Guten Tag,\n> wir haben`
    expect(await taken(handOver(server, writeMail({ text }), { to: of.replyTo }))).toBe('reply')
    const [mail] = await sent(of.id)
    expect(mail).toMatchObject({
      act: 'mail',
      texts: {
        from: 'mara.lehmann@beispiel.example',
        subject: 'Re: Ihr Antrag',
        text: 'Guten Tag,\nBello ist geimpft.',
        quoted: expect.stringContaining('> wir haben'),
      },
      choices: [],
      documents: [],
      refused: [],
    })
    const seen = await view(of.id)
    expect(seen.errands).toMatchObject([{ kind: 'mail', state: 'open', submissionId: mail?.id }])
    expect(seen.journal.filter(({ actor }) => actor === 'mail-sender')).toMatchObject([{ type: 'act-received' }])
    expect(await item(of.id)).toMatchObject({ state: 'open', isNew: 1 })
    expect((await status(of)).events.at(-1)).toMatchObject({ type: 'act-received', kind: 'mail' })
    expect(await mailsAfter(before)).toEqual([expect.stringContaining('Ihre E-Mail ist eingegangen')])
    expect(town.mails.at(-1)).toMatchObject({ to: 'mara.lehmann@beispiel.example' })
    expect(await verifyJournal(town.ctx)).toMatchObject({ ok: true })
  })

  it('200 reads a mail that has HTML only as a person would, and runs nothing of it', async () => {
    const of = await applied()
    const html =
      '<html><head><style>p{color:red}</style><script>alert(1)</script></head><body><p>Bello &amp; ich<br>wohnen jetzt hier.</p><img src="https://spion.example/x.gif"></body></html>'
    await taken(handOver(server, writeMail({ html }), { to: of.replyTo }))
    const [mail] = await sent(of.id)
    expect(mail?.texts['text']).toMatch(/^Bello & ich\s+wohnen jetzt hier\.$/)
  })

  it('200 takes files through the usual checks, names those refused, and tells the person by a letter without their names', async () => {
    const of = await applied()
    const before = town.mails.length
    const zip = Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(1_000)])
    const parts = [
      PDF,
      { type: 'image/png', name: 'foto.png', body: PICTURE },
      { type: 'application/zip', name: '42.zip', body: zip },
      { type: 'application/vnd.ms-word', name: 'brief.doc', body: '\xd0\xcf\x11\xe0' },
      { type: 'application/pdf', name: 'rechnung.pdf.exe', body: 'MZ\x90\x00' },
      { type: 'application/pdf', name: 'kaputt.pdf', body: '%PDF-1.7\nnichts' },
      { type: 'application/pgp-signature', name: 'signature.asc', body: 'x' },
    ]
    await taken(handOver(server, writeMail({ text: 'Anbei.', parts }), { to: of.replyTo }))
    const [mail] = await sent(of.id)
    expect(mail?.documents).toHaveLength(2)
    expect(mail?.refused.map(({ name, reason }) => [name, reason])).toEqual([
      ['42.zip', 'documents/file-archive'],
      ['brief.doc', 'documents/file-type'],
      ['rechnung.pdf.exe', 'documents/file-type'],
      ['kaputt.pdf', 'documents/file-damaged'],
    ])
    const added = (await documents(of.id)).filter(({ id }) => mail?.documents.includes(id))
    expect(added.map(({ kind }) => kind)).toEqual(['later-attachment', 'later-attachment'])
    const { letters } = await status(of)
    expect(letters).toMatchObject([{ text: expect.stringContaining('4 Dateien daraus konnten wir nicht übernehmen') }])
    expect(letters[0]?.text).not.toMatch(/42\.zip|rechnung/)
    expect(await mailsAfter(before)).toEqual([expect.stringContaining('Nachricht')])
  })

  it('200 keeps a file in quarantine where a scanner is set', async () => {
    const of = await applied()
    const { scanner } = town.ctx
    Object.assign(town.ctx, { scanner: { scan: async () => ({ kind: 'clean' }) } })
    await taken(handOver(server, writeMail({ text: 'Anbei.', parts: [PDF] }), { to: of.replyTo }))
    Object.assign(town.ctx, { scanner })
    const [mail] = await sent(of.id)
    const added = (await documents(of.id)).find(({ id }) => id === mail?.documents[0])
    expect(added?.scanState).toBe('quarantined')
    const opened = await clerk.get(`/submissions/documents/${added?.id}`)
    expect(opened.status).toBe(403)
  })

  it('200 takes at most ten files of a mail, and none that is too large', async () => {
    const of = await applied()
    const parts = Array.from({ length: 12 }, (_, index) => ({
      ...PDF,
      name: `${index}.pdf`,
      body: smallPdf(`${index}`),
    }))
    await taken(handOver(server, writeMail({ text: 'Viele.', parts }), { to: of.replyTo }))
    expect((await sent(of.id))[0]).toMatchObject({
      documents: { length: ACT_FILE.filesMax },
      refused: [{ reason: 'submissions/too-many-files' }, { reason: 'submissions/too-many-files' }],
    })
    const large = { ...PDF, body: smallPdf('large', ACT_FILE.bytesMax + 1) }
    await taken(handOver(server, writeMail({ text: 'Groß.', parts: [large] }), { to: of.replyTo }))
    expect((await sent(of.id))[1]).toMatchObject({ documents: [], refused: [{ reason: 'documents/file-too-large' }] })
  })

  it('200 says where a mail names another author than the one we write to, and believes none of it', async () => {
    const of = await applied()
    const more = ['Authentication-Results: mx; dkim=pass', 'X-Stadttor-Role: clerk', 'Reply-To: boese@boese.example']
    const from = '"anna (Sachbearbeitung)" <boese@boese.example>'
    const before = town.mails.length
    await taken(handOver(server, writeMail({ from, text: 'Bitte ablehnen.', more }), { to: of.replyTo }))
    expect((await sent(of.id))[0]).toMatchObject({ texts: { from: 'boese@boese.example' }, choices: ['other-sender'] })
    const seen = await view(of.id)
    expect(seen.task).toMatchObject({ node: 'check' })
    await town.tick()
    expect(town.mails.slice(before).map(({ to }) => to)).toEqual(['mara.lehmann@beispiel.example'])
  })

  it('200 takes the lines out of a subject that are meant for a header of ours', async () => {
    const of = await applied()
    const hidden = Buffer.from('Frage\r\nBcc: alle@stadt.example\u202e\u0007').toString('base64')
    const subject = `=?utf-8?B?${hidden}?=`
    await taken(handOver(server, writeMail({ subject, text: 'Hallo' }), { to: of.replyTo }))
    expect((await sent(of.id))[0]?.texts['subject']).toBe('Frage Bcc: alle@stadt.example')
    await town.tick()
    expect(town.mails.at(-1)?.subject).not.toContain('Bcc')
  })

  it('200 answers no question of the office: that needs the status page', async () => {
    const of = await applied()
    await clerk.post(`/postboxes/items/${of.id}/take`)
    const { task } = await view(of.id)
    await bodyOf(
      await clerk.post(`/workflow/vorgaenge/${of.id}/tasks/${task?.id}/complete`, {
        outcome: 'request-information',
        message: 'Wie heißt der Hund?',
        dueOn: '2026-12-20',
      }),
      200,
    )
    await town.tick()
    await taken(handOver(server, writeMail({ text: 'Bello' }), { to: of.replyTo }))
    expect((await status(of)).requests).toMatchObject([{ state: 'open', answer: null }])
    expect(await item(of.id)).toMatchObject({ state: 'open', isNew: 1 })
  })

  it('200 is one act when the same mail is handed over five times at once and once more, by another way', async () => {
    const of = await applied()
    const mail = writeMail({ text: 'Einmal.', parts: [PDF] })
    const answers = await Promise.all(Array.from({ length: 5 }, () => handOver(server, mail, { to: of.replyTo })))
    expect(answers.map((answer) => answer.status).filter((code) => code !== 200 && code !== 503)).toEqual([])
    const traced = Buffer.concat([Buffer.from('Received: from mx2 by mx1; x\r\nReturn-Path: <a@b.example>\r\n'), mail])
    expect(await taken(handOver(server, traced, { to: of.replyTo.toUpperCase() }))).toBe('reply')
    expect(await sent(of.id)).toHaveLength(1)
    expect((await view(of.id)).errands).toHaveLength(1)
    expect((await documents(of.id)).filter(({ kind }) => kind === 'later-attachment')).toHaveLength(1)
  })

  it('200 takes what is written after the decision, asks the clerk again, and no file into a closed eAkte', async () => {
    const of = await applied()
    await bodyOf(await of.citizen.post(`/submissions/status/${of.id}/acts/withdraw`, { confirmed: 'yes' }), 200)
    const [errand] = (await view(of.id)).errands
    await bodyOf(await clerk.post(`/submissions/vorgaenge/${of.id}/errands/${errand?.id}`), 200)
    expect(await item(of.id)).toMatchObject({ state: 'done' })
    await taken(handOver(server, writeMail({ text: 'Doch noch etwas.', parts: [PDF] }), { to: of.replyTo }))
    expect((await sent(of.id))[0]).toMatchObject({
      texts: { text: 'Doch noch etwas.' },
      documents: [],
      refused: [{ name: 'impfpass.pdf', reason: 'submissions/file-too-late' }],
    })
    expect(await item(of.id)).toMatchObject({ state: 'open', isNew: 1 })
    const { letters, state } = await status(of)
    expect(letters.at(-1)?.text).toContain('Eine Datei daraus konnten wir nicht übernehmen')
    expect(state).toMatchObject({ node: 'withdrawn' })
  })

  it('writes nothing of a mail into logs, jobs or the open database', async () => {
    const of = await applied()
    await taken(
      handOver(server, writeMail({ subject: 'Geheimwort', text: 'Kennwort Butterblume' }), { to: of.replyTo }),
    )
    await town.tick()
    const texts = [town.logged.join('\n'), JSON.stringify(await town.ctx.db.all('SELECT * FROM jobs'))]
    for (const text of texts) {
      expect(text).not.toMatch(/Geheimwort|Butterblume|mara\.lehmann|vorgang\+/)
    }
    const submissions = await town.ctx.db.all('SELECT * FROM submissions')
    expect(JSON.stringify(submissions)).not.toMatch(/Geheimwort|Butterblume|mara\.lehmann/)
  })
})
