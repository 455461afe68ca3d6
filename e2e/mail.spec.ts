import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createTransport } from 'nodemailer'
import { fillDraft, submit } from './support/applicant.ts'
import { ONE_DOG, smallPdf } from './support/apply.ts'
import { axeClean, readMails, signInAs } from './support/page.ts'
import { type Product, startProduct } from './support/product.ts'
import { test as base, expect } from './support/test.ts'

const EMAIL = ONE_DOG['/halter/kontakt/email'] ?? ''
/** A report as Postfix writes it. */
const REPORT = (to: string): string =>
  [
    'From: MAILER-DAEMON@mail.beispiel.example (Mail Delivery System)',
    `To: ${to}`,
    'Subject: Undelivered Mail Returned to Sender',
    'Message-Id: <1@mail.beispiel.example>',
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="x"',
    '',
    '--x',
    'Content-Type: text/plain',
    '',
    'This is the mail system.',
    '--x',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; mail.beispiel.example',
    '',
    `Final-Recipient: rfc822; ${EMAIL}`,
    'Action: failed',
    'Status: 5.1.1',
    '--x--',
    '',
  ].join('\r\n')

/** A product whose mails can be answered. */
const test = base.extend<object, { readonly product: Product }>({
  product: [
    async ({ runtime, outside }, use) => {
      const product = await startProduct({ runtime, env: { ...outside.env, ...outside.mail.repliesEnv } })
      await use(product)
      await product.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
})

test('@deno-later an answer by mail comes to the clerk, a mail that comes back too, a stranger is told by the mail server', async ({
  page,
  outside,
  product,
  runtime,
}) => {
  const handOver = { url: `${product.origin}/api/v1/messages/inbound`, secret: outside.mail.repliesSecret }
  const person = createTransport(outside.mail.smtpUrl)
  const vorgangId = await submit(await fillDraft(product.origin, 'mail'))
  const [receipt] = await readMails(product, outside, EMAIL)
  const replyTo = receipt?.headers['reply-to'] ?? ''
  expect(replyTo).toMatch(/^vorgang\+r[0-9a-f]{48}@antwort\.stadt\.example$/)
  expect(receipt?.from).toMatch(/^vorgang\+b[0-9a-f]{48}@antwort\.stadt\.example$/)
  expect(receipt?.text).toContain('Sie können auf diese E-Mail antworten.')

  const answer = {
    from: `Mara Lehmann <${EMAIL}>`,
    to: replyTo,
    subject: `Re: ${receipt?.subject}`,
    text: `Bello ist seit gestern bei mir.\n\nAm 24.11.2026 schrieb Stadt:\n> ${receipt?.text.replaceAll('\n', '\n> ')}`,
    attachments: [
      { filename: 'kaufvertrag.pdf', content: Buffer.from(smallPdf('contract')) },
      { filename: 'bilder.zip', content: Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(100)]) },
    ],
  }
  // While the product is out of reach the mail server keeps it.
  await outside.mail.control({ handOver: { ...handOver, url: 'http://127.0.0.1:9/' } })
  await expect(person.sendMail(answer)).rejects.toMatchObject({ responseCode: 451 })
  await outside.mail.control({ handOver: { ...handOver, secret: `${handOver.secret}x` } })
  await expect(person.sendMail(answer)).rejects.toMatchObject({ responseCode: 451 })
  await outside.mail.control({ handOver })
  await person.sendMail(answer)
  const stranger = { ...answer, to: replyTo.replace('+r', '+b') }
  await expect(person.sendMail(stranger)).rejects.toMatchObject({ responseCode: 550 })
  await person.sendMail({ envelope: { from: '', to: receipt?.from ?? '' }, raw: REPORT(receipt?.from ?? '') })
  expect((await readMails(product, outside, EMAIL)).map(({ subject }) => subject)).toContainEqual(
    expect.stringContaining('Eine Nachricht für Sie'),
  )

  await signInAs(page, 'jana.noack', `${product.origin}/amt/vorgaenge/${vorgangId}`)
  await page.goto(`${product.origin}/amt/vorgaenge/${vorgangId}`)
  await expect(page.getByText('Die Person hat eine E-Mail geschrieben')).toBeVisible()
  await expect(page.getByText('Eine E-Mail an die Person kam zurück')).toBeVisible()
  await expect(page.getByText('kaufvertrag.pdf').first()).toBeVisible()
  if (runtime === 'node') {
    await axeClean(page)
  }
  await page.getByRole('link', { name: 'Zu den Nachrichten' }).click()
  const mail = page.getByRole('article', { name: 'E-Mail' })
  await expect(mail).toContainText('per E-Mail, Absender nicht geprüft')
  await expect(mail).toContainText('Bello ist seit gestern bei mir.')
  await expect(mail).toContainText('Nicht übernommen: bilder.zip.')
  await expect(mail.getByText('Guten Tag')).toBeHidden()
  await mail.getByText('Zitierte frühere E-Mail').click()
  await expect(mail.getByText('Guten Tag')).toBeVisible()
  if (runtime === 'node') {
    await axeClean(page)
  }
  expect(product.output()).not.toMatch(/Bello ist seit|vorgang\+|mara\.lehmann/i)
})

test('the script for mail servers says by its exit code what became of a mail', async ({ product, outside }) => {
  test.skip(spawnSync('curl', ['--version']).status !== 0, 'curl is not installed here')
  await submit(await fillDraft(product.origin, 'script'))
  const [receipt] = (await readMails(product, outside, EMAIL)).toReversed()
  const [replyTo, returnPath] = [receipt?.headers['reply-to'] ?? '', receipt?.from ?? '']
  const folder = mkdtempSync(join(tmpdir(), 'st-mail-'))
  const fileOf = (name: string, secret: string): string => {
    writeFileSync(join(folder, name), `Authorization: Bearer ${secret}\n`)
    return join(folder, name)
  }
  const [right, wrong] = [fileOf('right', outside.mail.repliesSecret), fileOf('wrong', 'x'.repeat(40))]
  const url = `${product.origin}/api/v1/messages/inbound`
  const run = (to: string, input: string, { secret = right, from = EMAIL, at = url } = {}) => {
    const script = resolve(import.meta.dirname, '../docs/operations/mail-handover.sh')
    const { status, stdout } = spawnSync('sh', [script, at, secret, from, to], { input })
    return [status, stdout.toString()] as const
  }
  const mail = `From: ${EMAIL}\nSubject: Re\nMessage-ID: <s@b.example>\n\nHallo\n`
  expect(run(replyTo, mail)).toEqual([0, ''])
  expect(run(returnPath, REPORT(returnPath), { from: '' })).toEqual([0, ''])
  expect(run('vorgang+x@antwort.stadt.example', mail)).toEqual([67, expect.stringContaining('keinen Vorgang')])
  expect(run('vorgang+x@antwort.stadt.example', REPORT('x'), { from: '' })).toEqual([0, ''])
  expect(run(replyTo, 'From: a@b.example\n\n')).toEqual([65, expect.stringContaining('keinen Text')])
  expect(run(replyTo, `${mail}${'x'.repeat(36_800_000)}`)).toEqual([69, expect.stringContaining('zu umfangreich')])
  expect(run(replyTo, mail, { secret: wrong })).toEqual([75, ''])
  expect(run(replyTo, mail, { secret: join(folder, 'none') })).toEqual([75, ''])
  expect(run(replyTo, mail, { at: 'http://127.0.0.1:9/' })).toEqual([75, ''])
  rmSync(folder, { recursive: true })
})
