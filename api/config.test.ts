import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from './config.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stadttor-config-'))
  writeFileSync(join(folder, 'secret'), 'towards-the-provider\n', { mode: 0o600 })
  writeFileSync(join(folder, 'empty'), '\n', { mode: 0o600 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const production = (): Record<string, string | undefined> => ({
  STADTTOR_ORIGIN: 'https://service.stadt.de',
  STADTTOR_KEY_FILE: join(folder, 'key'),
  STADTTOR_OIDC_ISSUER: 'https://anmeldung.stadt.de/realms/stadt',
  STADTTOR_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret'),
  STADTTOR_SMTP_URL: 'smtps://mail.stadt.de',
  STADTTOR_MAIL_FROM: 'antwort-nicht-moeglich@stadt.de',
})

describe('production', () => {
  it('is what runs where nothing else is said, and starts with what it needs', () => {
    const config = readConfig(production())
    expect(config.mode).toBe('production')
    expect(config.oidc?.clientSecret).toBe('towards-the-provider')
  })

  it.each([
    ['STADTTOR_ORIGIN', undefined],
    ['STADTTOR_ORIGIN', 'http://service.stadt.de'],
    ['STADTTOR_ORIGIN', 'https://service.stadt.de/'],
    ['STADTTOR_ORIGIN', 'https://service.stadt.de/x'],
    ['STADTTOR_KEY_FILE', undefined],
    ['STADTTOR_OIDC_ISSUER', undefined],
    ['STADTTOR_OIDC_ISSUER', 'http://anmeldung.stadt.de'],
    ['STADTTOR_OIDC_ISSUER', 'https://localhost:9000'],
    ['STADTTOR_OIDC_ISSUER', 'https://127.0.0.1'],
    ['STADTTOR_OIDC_ISSUER', 'https://[::1]:9000'],
    ['STADTTOR_OIDC_CLIENT_SECRET_FILE', undefined],
    ['STADTTOR_OIDC_CLIENT_SECRET_FILE', '/nowhere/to/be/found'],
    ['STADTTOR_OIDC_CLIENT_SECRET', 'hunter2'],
    ['STADTTOR_SMTP_URL', undefined],
    ['STADTTOR_SMTP_URL', 'http://mail.stadt.de'],
    ['STADTTOR_SMTP_URL', 'smtp://127.0.0.1:34567'],
    ['STADTTOR_SMTP_URL', 'smtp://localhost:1025'],
    ['STADTTOR_MAIL_FROM', undefined],
    ['STADTTOR_CATALOGUE_URL', 'http://katalog.stadt.de'],
    ['STADTTOR_CATALOGUE_URL', 'https://localhost:8081/feed'],
    ['STADTTOR_CATALOGUE_URL', 'e2e/servers/catalogue/feed'],
    ['STADTTOR_PAYMENT_URL', 'zahlung.stadt.de'],
    ['STADTTOR_FAILPOINT', 'upload:3'],
    ['STADTTOR_PORT', '99999'],
    ['STADTTOR_MODE', 'prod'],
  ])('refuses %s = %s, naming the setting and not its value', (name, value) => {
    const changed = { ...production(), [name]: value }
    expect(() => readConfig(changed)).toThrow(name)
    const said = messageOf(() => readConfig(changed))
    expect(value === undefined || value.startsWith('/') || !said.includes(value), said).toBe(true)
  })

  it('refuses an empty secret', () => {
    const changed = { ...production(), STADTTOR_OIDC_CLIENT_SECRET_FILE: join(folder, 'empty') }
    expect(() => readConfig(changed)).toThrow('STADTTOR_OIDC_CLIENT_SECRET_FILE is empty')
  })

  it('refuses a stand-in for payments and a secret of theirs in the environment, and takes a provider with its settings', () => {
    const payment = {
      STADTTOR_PAYMENT_URL: 'https://zahlung.stadt.de/xbezahldienste',
      STADTTOR_PAYMENT_TOKEN_URL: 'https://zahlung.stadt.de/token',
      STADTTOR_PAYMENT_CLIENT_SECRET_FILE: join(folder, 'secret'),
    }
    expect(readConfig({ ...production(), ...payment }).payment).toMatchObject({
      url: 'https://zahlung.stadt.de/xbezahldienste/',
      oauth: { clientSecret: 'towards-the-provider' },
    })
    for (const [name, value] of [
      ['STADTTOR_PAYMENT_URL', 'https://localhost:8086'],
      ['STADTTOR_PAYMENT_TOKEN_URL', 'http://zahlung.stadt.de/token'],
      ['STADTTOR_PAYMENT_CLIENT_SECRET', 'hunter2'],
      ['STADTTOR_PAYMENT_CERT_FILE', '/etc/stadttor/cert.pem'],
    ]) {
      expect(() => readConfig({ ...production(), ...payment, [name ?? '']: value })).toThrow(name)
    }
  })

  it('takes answers to mails at an address of the city, with a secret that is long and lies in a file', () => {
    writeFileSync(join(folder, 'replies'), 'a secret of the mail server 012345')
    const replies = {
      STADTTOR_MAIL_REPLIES: 'Vorgang@antwort.stadt.de',
      STADTTOR_MAIL_REPLIES_SECRET_FILE: join(folder, 'replies'),
    }
    expect(readConfig(production()).mailReplies).toBeUndefined()
    expect(readConfig({ ...production(), ...replies }).mailReplies).toEqual({
      local: 'vorgang',
      domain: 'antwort.stadt.de',
      secret: 'a secret of the mail server 012345',
    })
    for (const [name, value] of [
      ['STADTTOR_MAIL_REPLIES', 'vorgang@antwort.stadt.example'],
      ['STADTTOR_MAIL_REPLIES', 'antworten-an-vorgang@stadt.de'],
      ['STADTTOR_MAIL_REPLIES', 'vorgang+x@stadt.de'],
      ['STADTTOR_MAIL_REPLIES', 'vorgang'],
      ['STADTTOR_MAIL_REPLIES_SECRET', 'a secret of the mail server 012345'],
      ['STADTTOR_MAIL_REPLIES_SECRET_FILE', join(folder, 'secret')],
      ['STADTTOR_MAIL_REPLIES_SECRET_FILE', undefined],
    ]) {
      const changed = { ...production(), ...replies, [name ?? '']: value }
      expect(messageOf(() => readConfig(changed))).toContain('STADTTOR_MAIL_REPLIES')
    }
  })

  it('takes a seal only with certificate and key, the key from a file', () => {
    const seal = {
      STADTTOR_SEAL_CERTIFICATE_FILE: join(folder, 'secret'),
      STADTTOR_SEAL_KEY_FILE: join(folder, 'secret'),
    }
    expect(readConfig(production()).seal).toBeUndefined()
    expect(readConfig({ ...production(), ...seal }).seal).toEqual({
      certificates: ['towards-the-provider'],
      key: 'towards-the-provider',
    })
    for (const [name, value] of [
      ['STADTTOR_SEAL_CERTIFICATE_FILE', undefined],
      ['STADTTOR_SEAL_KEY_FILE', undefined],
      ['STADTTOR_SEAL_KEY_FILE', '/nowhere/to/be/found'],
      ['STADTTOR_SEAL_KEY', 'hunter2'],
    ]) {
      expect(() => readConfig({ ...production(), ...seal, [name ?? '']: value })).toThrow(name)
    }
  })

  it('takes a mail server on the same machine', () => {
    expect(readConfig({ ...production(), STADTTOR_SMTP_URL: 'smtp://localhost' }).smtpUrl).toBe('smtp://localhost')
  })
})

describe('demo and test', () => {
  it('may have the secret in the environment, stand-ins, and no key file', () => {
    const config = readConfig({
      STADTTOR_MODE: 'demo',
      STADTTOR_OIDC_ISSUER: 'http://localhost:9000',
      STADTTOR_OIDC_CLIENT_SECRET: 'demo',
    })
    expect([config.oidc?.clientSecret, config.keySource.kind]).toEqual(['demo', 'demo'])
  })

  it('reads one certificate of BundID or several, whatever stands between and behind them', () => {
    const pem = (name: string): string => `-----BEGIN CERTIFICATE-----\n${name}\n-----END CERTIFICATE-----`
    const bundid = {
      STADTTOR_BUNDID_ENTRY_POINT: 'http://localhost:9001/saml/sso',
      STADTTOR_BUNDID_ISSUER: 'http://localhost:9001/saml',
      STADTTOR_BUNDID_ENTITY_ID: 'https://stadt.example',
      STADTTOR_BUNDID_KEY: 'key',
    }
    const read = (certificates: string) =>
      readConfig({ STADTTOR_MODE: 'demo', ...bundid, STADTTOR_BUNDID_CERTIFICATE: certificates }).bundid?.certificates
    expect(read(`${pem('AAAA')}\n`)).toEqual([pem('AAAA')])
    expect(read(`${pem('AAAA')}\n\n${pem('BBBB')}\n`)).toEqual([pem('AAAA'), pem('BBBB')])
  })

  it('production refuses stand-ins of accounts', () => {
    const wrong = { ...production(), STADTTOR_ACCOUNT_OIDC_ISSUER: 'http://localhost:9002' }
    const account = { ...wrong, STADTTOR_ACCOUNT_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret') }
    expect(messageOf(() => readConfig(account))).toContain('STADTTOR_ACCOUNT_OIDC_ISSUER')
  })

  it('demo refuses a point of failure', () => {
    expect(() => readConfig({ STADTTOR_MODE: 'demo', STADTTOR_FAILPOINT: 'upload:3' })).toThrow('STADTTOR_FAILPOINT')
  })
})

function messageOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    return String(error)
  }
  return ''
}
