import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, problemOf } from '../testing/caller.ts'
import { bodyOf } from '../testing/dog-tax.ts'
import {
  type Applied,
  addressesIn,
  handOver,
  type MailTown,
  openMailTown,
  SECRET,
  writeMail,
  writeReport,
} from '../testing/inbound.ts'
import type { Town } from '../testing/town.ts'
import type { StatusView } from './service-status.ts'
import type { VorgangView } from './service-vorgang.ts'

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
const errands = async (id: string) => (await view(id)).errands.map(({ kind, state }) => `${kind} ${state}`)
const taken = (answer: Promise<Response>) => mailTown.taken(answer)
const refused = async (answer: Promise<Response>) => {
  const { status, type } = await problemOf(await answer)
  return `${status} ${type}`
}
const mailsAfter = async (count: number): Promise<number> => (await mailTown.mailsAfter(count)).length

describe('a report that a mail did not arrive', () => {
  it('becomes the errand that a refusal of the mail server becomes, once', async () => {
    const of = await applied()
    const report = () => taken(handOver(server, writeReport('failed'), { to: of.returnPath, from: '' }))
    expect([await report(), await report()]).toEqual(['bounce', 'bounce'])
    expect(await errands(of.id)).toEqual(['bounce open'])
    const lines = (await view(of.id)).journal.filter(({ type }) => type === 'mail-bounced')
    expect(lines).toMatchObject([{ actor: 'system:mail' }])
    const { events } = await of.citizen.read<StatusView>(`/submissions/status/${of.id}`)
    expect(JSON.stringify(events)).not.toContain('bounce')
  })

  it('comes back as an errand when it happens again after the first was ticked off', async () => {
    const of = await applied()
    await taken(handOver(server, writeReport('failed'), { to: of.returnPath, from: '' }))
    const [errand] = (await view(of.id)).errands
    await bodyOf(await clerk.post(`/submissions/vorgaenge/${of.id}/errands/${errand?.id}`), 200)
    await taken(handOver(server, writeReport('failed', '4.4.7'), { to: of.returnPath, from: '' }))
    expect(await errands(of.id)).toEqual(['bounce done', 'bounce open'])
  })

  it('is taken without a standard form too, where only mail servers write', async () => {
    const of = await applied()
    const text = 'Hi. This is the qmail-send program. I was not able to deliver your message.'
    for (const from of ['', 'MAILER-DAEMON']) {
      expect(await taken(handOver(server, writeMail({ text }), { to: of.returnPath, from }))).toBe('bounce')
    }
    expect(await errands(of.id)).toEqual(['bounce open'])
  })

  it.each([
    ['a delay', writeReport('delayed', '4.4.1')],
    ['a delivery', writeReport('delivered', '2.0.0')],
    ['a receipt of reading', writeReport('displayed', '', 'disposition-notification')],
    ['an absence note without a sender', writeMail({ text: 'Bin weg.', more: ['Auto-Submitted: auto-generated'] })],
  ])('is not %s', async (_name, message) => {
    const of = await applied()
    expect(await taken(handOver(server, message, { to: of.returnPath, from: '' }))).toBe('ignored')
    expect(await errands(of.id)).toEqual([])
  })

  it('says nothing of an address that the person has replaced meanwhile', async () => {
    const of = await applied()
    const act = (name: string, body: object) => of.citizen.post(`/submissions/status/${of.id}/acts/${name}`, body)
    await bodyOf(await act('contact', { email: 'neu@beispiel.example' }), 200)
    await town.tick()
    expect(town.mails.at(-1)).not.toHaveProperty('returnPath')
    const code = /lautet: (\S+)/.exec(town.mails.at(-1)?.text ?? '')?.[1]
    await bodyOf(await act('contact-code', { code }), 200)
    await town.tick()
    const next = addressesIn(town.mails, 'neu@beispiel.example')
    expect(next.replyTo).toBe(of.replyTo)
    expect(next.returnPath).not.toBe(of.returnPath)
    expect(await taken(handOver(server, writeReport('failed'), { to: of.returnPath, from: '' }))).toBe('ignored')
    expect(await errands(of.id)).toEqual([])
    expect(await taken(handOver(server, writeReport('failed'), { to: next.returnPath, from: '' }))).toBe('bounce')
  })

  it('is an answer where a person wrote to that address', async () => {
    const of = await applied()
    expect(await taken(handOver(server, writeMail({ text: 'Ich bin es.' }), { to: of.returnPath }))).toBe('reply')
    expect(await errands(of.id)).toEqual(['mail open'])
  })
})

describe('a loop', () => {
  const answering = [
    ['auto-replied', 'Auto-Submitted: auto-replied (vacation)'],
    ['an old autoresponder', 'X-Autoreply: yes'],
  ] as const
  it.each(answering)('does not begin with %s, which is kept from the case', async (_name, header) => {
    const of = await applied()
    const before = town.mails.length
    const mail = writeMail({ text: 'Ich bin im Urlaub.', more: [header] })
    expect(await taken(handOver(server, mail, { to: of.replyTo }))).toBe('ignored')
    expect(await errands(of.id)).toEqual([])
    expect(await mailsAfter(before)).toBe(0)
  })

  const quiet = [
    ['a program', 'Auto-Submitted: auto-generated'],
    ['a list', 'List-Id: Verein <verein.beispiel.example>'],
    ['a mass mail', 'Precedence: bulk'],
    ['one that wants no answer', 'X-Auto-Response-Suppress: All'],
  ] as const
  it.each(quiet)('does not begin with %s: it reaches the case, and no mail goes out', async (_name, header) => {
    const of = await applied()
    const before = town.mails.length
    expect(await taken(handOver(server, writeMail({ text: 'Text', more: [header] }), { to: of.replyTo }))).toBe('reply')
    expect(await errands(of.id)).toEqual(['mail open'])
    expect(await mailsAfter(before)).toBe(0)
  })

  it('ends where a mailbox sends each of our mails back to us', async () => {
    const of = await applied()
    const before = town.mails.length
    await taken(handOver(server, writeMail({ text: 'Erste.' }), { to: of.replyTo }))
    for (let round = 0; round < 5; round += 1) {
      await town.tick()
      for (const mail of town.mails.slice(before)) {
        const id = mail.messageId.replace(/[<>]/g, '')
        const lines = ['From: stadt@stadttor.example', `Message-ID: <${id}>`, 'Auto-Submitted: auto-generated']
        const back = Buffer.from(`${lines.join('\r\n')}\r\n\r\n${mail.text}`)
        expect(await taken(handOver(server, back, { to: of.replyTo }))).toBe('ignored')
      }
    }
    expect(town.mails.length - before).toBe(1)
    expect(await errands(of.id)).toEqual(['mail open'])
  })

  it('of an autoresponder that hides itself stays at one mail a day', async () => {
    const of = await applied()
    const before = town.mails.length
    for (let round = 0; round < 10; round += 1) {
      await taken(handOver(server, writeMail({ text: `Ich bin weg (${round}).` }), { to: of.replyTo }))
      await town.tick()
    }
    expect(town.mails.length - before).toBe(1)
  })

  it('429 after twenty mails of a Vorgang in a day: the rest waits in the mail server, and is taken the next day', async () => {
    const of = await applied()
    for (let count = 0; count < 20; count += 1) {
      await taken(handOver(server, writeMail({ text: `Nummer ${count}` }), { to: of.replyTo }))
    }
    const late = writeMail({ text: 'Nummer 20' })
    const answer = await handOver(server, late, { to: of.replyTo })
    expect(answer.headers.get('retry-after')).toBe('3600')
    expect(await refused(Promise.resolve(answer))).toBe('429 submissions/too-many-mails')
    town.clock.set(town.clock.now() + 86_400_001)
    clerk = await town.signIn('anna', { roles: ['clerk'], teams: ['steuern'] })
    expect(await taken(handOver(server, late, { to: of.replyTo }))).toBe('reply')
  })
})

describe('POST /api/v1/messages/inbound, what it refuses', () => {
  const mail = writeMail({ text: 'x' })

  it.each([
    ['no secret', null],
    ['another secret', `${SECRET}x`],
    ['an empty one', ''],
  ])('401 with %s, also to staff: the mail server tries again', async (_name, secret) => {
    const of = await applied()
    for (const caller of [server, clerk, of.citizen]) {
      expect(await refused(handOver(caller, mail, { to: of.replyTo, secret }))).toBe(
        '401 submissions/mail-server-unknown',
      )
    }
    expect(await errands(of.id)).toEqual([])
  })

  it('400 without an envelope, 415 for anything but a message', async () => {
    const { replyTo } = await applied()
    const json = { 'content-type': 'application/json' }
    expect(await refused(handOver(server, mail, { to: replyTo, headers: json }))).toBe('415 http/unknown-media-type')
    const headers = { authorization: `Bearer ${SECRET}`, 'content-type': 'message/rfc822' }
    const bare = server.send('/messages/inbound', { method: 'POST', body: new Uint8Array(mail), headers })
    expect(await refused(bare)).toBe('400 submissions/mail-envelope-missing')
  })

  it('404 for an address that is none of ours: the mail server tells the sender', async () => {
    const { replyTo, returnPath } = await applied()
    const flipped = replyTo.replace(/.(?=@)/, (sign) => (sign === '0' ? '1' : '0'))
    const others = [
      flipped,
      flipped.replace('+r', '+b'),
      replyTo.replace('+r', '+b'),
      returnPath.replace('+b', '+r'),
      replyTo.replace('antwort.', 'andere.'),
      `x${replyTo}`,
      replyTo.replace('@', '+x@'),
      'vorgang@antwort.stadt.example',
      'vorgang+r@antwort.stadt.example',
      '',
    ]
    for (const to of others) {
      expect([to, await refused(handOver(server, mail, { to }))]).toEqual([to, '404 submissions/mail-address-unknown'])
    }
  })

  it('200 and nothing else where nobody could be told of the refusal', async () => {
    const before = town.logged.length
    expect(
      await taken(handOver(server, writeReport('failed'), { to: 'vorgang+x@antwort.stadt.example', from: '' })),
    ).toBe('ignored')
    expect(town.logged.slice(before).join()).toContain('submissions/mail-address-unknown')
  })

  it('413 for one that is too large or too long, 422 for one that cannot be read or says nothing', async () => {
    const { replyTo: to } = await applied()
    const large = { 'content-length': String(36 * 1024 * 1024) }
    expect(await refused(handOver(server, mail, { to, headers: large }))).toBe('413 http/body-too-large')
    expect(await refused(handOver(server, new Uint8Array(35 * 1024 * 1024 + 1), { to }))).toBe(
      '413 http/body-too-large',
    )
    const long = writeMail({ text: 'Wort '.repeat(30_000) })
    expect(await refused(handOver(server, long, { to }))).toBe('413 submissions/mail-too-long')
    expect(await refused(handOver(server, Buffer.from('keine Mail'), { to }))).toBe('422 submissions/mail-unreadable')
    expect(await refused(handOver(server, writeMail({ text: ' \n ' }), { to }))).toBe('422 submissions/mail-empty')
  })

  it('410 when the eAkte is being destroyed: the mail server tells the sender', async () => {
    const of = await applied()
    const { eakteId } = await view(of.id)
    await town.ctx.write({
      statements: [{ sql: "UPDATE eakten SET state = 'disposing' WHERE id = ?", args: [eakteId] }],
    })
    expect(await refused(handOver(server, mail, { to: of.replyTo }))).toBe('410 submissions/mail-too-late')
    expect(await taken(handOver(server, writeReport('failed'), { to: of.returnPath, from: '' }))).toBe('ignored')
  })

  it('503 to a third message at once, which stays in the queue of the mail server', async () => {
    const { replyTo: to, id } = await applied()
    const messages = Array.from({ length: 6 }, (_, index) => writeMail({ text: `Zugleich ${index}` }))
    const answers = await Promise.all(messages.map((one) => handOver(server, one, { to })))
    const codes = answers.map(({ status }) => status)
    expect(codes.filter((code) => code === 503).length).toBeGreaterThan(0)
    expect(codes.filter((code) => code === 200).length).toBe((await errands(id)).length)
    const again = messages.filter((_, index) => codes[index] === 503)
    for (const one of again) {
      expect(await taken(handOver(server, one, { to }))).toBe('reply')
    }
    expect(await errands(id)).toHaveLength(6)
  })
})
