import { createTransport } from 'nodemailer'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type MailServer, startMail } from './index.ts'

let mail: MailServer
beforeEach(async () => {
  mail = await startMail()
})
afterEach(() => mail.close())

const text = `Zwěstk Cottbus/Chóśebuz: wjelgin dobry źeń, groß und schön. ${'langes Wort '.repeat(20)}\nhttp://localhost/status/CB-2026\n`
const send = () =>
  createTransport(mail.smtpUrl).sendMail({
    from: 'stadt@example.org',
    to: ['jemand@example.org'],
    subject: 'Łužyca: Ihr Antrag – Eingang bestätigt, und noch viele weitere Zeichen äöüß',
    text,
  })

describe('the mail server', () => {
  it('keeps a mail and gives it back as it was written', async () => {
    await send()
    const [kept] = (await (await fetch(`${mail.url}/messages`)).json()) as {
      text: string
      subject: string
      to: string[]
    }[]
    expect(kept?.subject).toBe('Łužyca: Ihr Antrag – Eingang bestätigt, und noch viele weitere Zeichen äöüß')
    expect(kept?.text.trimEnd()).toBe(text.trimEnd())
    expect(kept?.to).toEqual(['jemand@example.org'])
  })

  it('shows mails on a page, escaped, with working links', async () => {
    await createTransport(mail.smtpUrl).sendMail({
      from: 'a@b.de',
      to: 'c@d.de',
      subject: '<b>',
      text: 'http://localhost/x',
    })
    const page = await (await fetch(mail.url)).text()
    expect(page).toContain('&lt;b&gt;')
    expect(page).toContain('<a href="http://localhost/x">')
  })

  it.each([
    ['reject-450', 450],
    ['reject-550', 550],
  ] as const)('refuses with %s', async (mode, code) => {
    await mail.control({ mode })
    await expect(send()).rejects.toMatchObject({ responseCode: code })
    expect(mail.messages()).toEqual([])
  })

  it('hangs up after DATA, having taken the mail in', async () => {
    await mail.control({ mode: 'drop' })
    await expect(send()).rejects.toThrow()
    expect(mail.messages()).toHaveLength(1)
  })

  it('is not there when down, and there again', async () => {
    await mail.control({ mode: 'down' })
    await expect(send()).rejects.toThrow()
    await mail.control({ reset: true })
    await send()
    expect(mail.messages()).toHaveLength(1)
  })
})
