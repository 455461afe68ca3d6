import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as v from 'valibot'
import { refuseUnsafe } from './config-production.ts'
import { ConfigRefused } from './config-refused.ts'
import type { KeySource } from './keys/installation-key.ts'

export { ConfigRefused } from './config-refused.ts'

const Text = v.pipe(v.string(), v.minLength(1))
const Port = v.pipe(v.string(), v.regex(/^\d{1,5}$/), v.transform(Number), v.maxValue(65_535))
const Seconds = v.pipe(v.string(), v.regex(/^\d{1,6}$/), v.transform(Number))
const HttpUrl = v.pipe(v.string(), v.url(), v.regex(/^https?:\/\//))
const Mode = v.picklist(['demo', 'test', 'production'])

const Environment = v.object({
  STADTTOR_MODE: v.optional(Mode, 'production'),
  STADTTOR_TOWN: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]{2,40}$/)), 'cottbus'),
  STADTTOR_DATA: v.optional(Text, 'data'),
  STADTTOR_CONTENT: v.optional(Text, 'content'),
  STADTTOR_BUNDLE: v.optional(Text, 'dist'),
  STADTTOR_HOST: v.optional(Text, '127.0.0.1'),
  STADTTOR_PORT: v.optional(Port, '8080'),
  STADTTOR_ORIGIN: v.optional(v.pipe(v.string(), v.regex(/^https?:\/\/[^/]+$/))),
  STADTTOR_TRUSTED_PROXIES: v.optional(v.string(), ''),
  STADTTOR_KEY_FILE: v.optional(Text),
  STADTTOR_KEY_COMMAND: v.optional(Text),
  STADTTOR_BACKUP_DIR: v.optional(Text),
  STADTTOR_CATALOGUE_URL: v.optional(Text),
  STADTTOR_OIDC_ISSUER: v.optional(v.pipe(v.string(), v.url())),
  STADTTOR_OIDC_CLIENT_ID: v.optional(Text, 'stadttor'),
  STADTTOR_OIDC_CLIENT_SECRET_FILE: v.optional(Text),
  STADTTOR_OIDC_CLIENT_SECRET: v.optional(Text),
  STADTTOR_OIDC_MFA_ACR: v.optional(v.string(), ''),
  STADTTOR_OIDC_MFA_AMR: v.optional(v.string(), 'mfa'),
  STADTTOR_OIDC_RECHECK_SECONDS: v.optional(Seconds, '0'),
  STADTTOR_ACCOUNT_OIDC_ISSUER: v.optional(v.pipe(v.string(), v.url())),
  STADTTOR_ACCOUNT_OIDC_CLIENT_ID: v.optional(Text, 'stadttor-konto'),
  STADTTOR_ACCOUNT_OIDC_CLIENT_SECRET_FILE: v.optional(Text),
  STADTTOR_ACCOUNT_OIDC_CLIENT_SECRET: v.optional(Text),
  STADTTOR_BUNDID_ENTRY_POINT: v.optional(v.pipe(v.string(), v.url())),
  STADTTOR_BUNDID_ISSUER: v.optional(Text),
  STADTTOR_BUNDID_CERTIFICATE_FILE: v.optional(Text),
  STADTTOR_BUNDID_CERTIFICATE: v.optional(Text),
  STADTTOR_BUNDID_ENTITY_ID: v.optional(Text),
  STADTTOR_BUNDID_KEY_FILE: v.optional(Text),
  STADTTOR_BUNDID_KEY: v.optional(Text),
  STADTTOR_BUNDID_DECRYPTION_KEY_FILE: v.optional(Text),
  STADTTOR_BUNDID_SERVICE_ID: v.optional(Text, 'BMI-0000'),
  STADTTOR_SMTP_URL: v.optional(v.pipe(v.string(), v.regex(/^smtps?:\/\//))),
  STADTTOR_MAIL_FROM: v.optional(v.pipe(v.string(), v.email()), 'antwort-nicht-moeglich@stadttor.example'),
  STADTTOR_MAIL_REPLIES: v.optional(v.pipe(v.string(), v.email())),
  STADTTOR_MAIL_REPLIES_SECRET_FILE: v.optional(Text),
  STADTTOR_MAIL_REPLIES_SECRET: v.optional(Text),
  STADTTOR_CLAMD: v.optional(
    v.pipe(v.string(), v.regex(/^(?:unix:\/.+|tcp:\/\/(?:127\.0\.0\.1|localhost|\[::1\]):\d{1,5})$/)),
  ),
  STADTTOR_SEAL_CERTIFICATE_FILE: v.optional(Text),
  STADTTOR_SEAL_CERTIFICATE: v.optional(Text),
  STADTTOR_SEAL_KEY_FILE: v.optional(Text),
  STADTTOR_SEAL_KEY: v.optional(Text),
  STADTTOR_PAYMENT_URL: v.optional(HttpUrl),
  STADTTOR_PAYMENT_ORIGINATOR: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,36}$/)), 'stadttor'),
  STADTTOR_PAYMENT_ENDPOINT: v.optional(v.pipe(v.string(), v.regex(/^[\w-]{1,36}$/)), 'stadt'),
  STADTTOR_PAYMENT_TOKEN_URL: v.optional(HttpUrl),
  STADTTOR_PAYMENT_CLIENT_ID: v.optional(Text, 'stadttor'),
  STADTTOR_PAYMENT_CLIENT_SECRET_FILE: v.optional(Text),
  STADTTOR_PAYMENT_CLIENT_SECRET: v.optional(Text),
  STADTTOR_PAYMENT_CERT_FILE: v.optional(Text),
  STADTTOR_PAYMENT_KEY_FILE: v.optional(Text),
  STADTTOR_RATE_FACTOR: v.optional(v.pipe(v.string(), v.regex(/^\d{1,4}$/), v.transform(Number)), '1'),
  STADTTOR_FAILPOINT: v.optional(v.pipe(v.string(), v.regex(/^[a-z-]+(:\d+)?$/))),
})

export type Config = {
  readonly mode: 'demo' | 'test' | 'production'
  readonly town: string
  readonly dataDir: string
  readonly contentDir: string
  readonly bundleDir: string
  readonly host: string
  readonly port: number
  /** Public origin; absent: `http://localhost:<port>` (demo and test only). */
  readonly origin?: string
  readonly trustedProxies: readonly string[]
  readonly keySource: KeySource
  readonly backupDir?: string
  readonly catalogueUrl?: string
  readonly oidc?: OidcConfig
  /** Where citizens sign in; both may be absent: then everybody applies as a guest. */
  readonly accountOidc?: AccountOidcConfig
  readonly bundid?: BundidConfig
  /** Where people pay; absent: nothing can be paid online. */
  readonly payment?: PaymentConfig
  readonly smtpUrl?: string
  readonly mailFrom: string
  /** Where answers to mails go; absent: mails cannot be answered. */
  readonly mailReplies?: MailRepliesConfig
  /** Where clamd listens: a socket of this machine, or a port on loopback (files leave in clear). Absent: nothing is scanned. */
  readonly clamd?: { readonly path: string } | { readonly host: string; readonly port: number }
  /** What notices are sealed with; absent: they are not. PEM, the seal's own certificate first. */
  readonly seal?: { readonly certificates: readonly string[]; readonly key: string }
  readonly rateFactor: number
  readonly failpoint?: string
  /** Settings that content names (addresses and secrets of connectors). */
  readonly setting: (name: string) => string | undefined
}
export type MailRepliesConfig = {
  readonly local: string
  readonly domain: string
  /** What the city's mail server shows when it hands a mail over. */
  readonly secret: string
}
export type PaymentConfig = {
  readonly url: string
  readonly originatorId: string
  readonly endpointId: string
  readonly oauth?: { readonly tokenUrl: string; readonly clientId: string; readonly clientSecret: string }
  /** PEM files of the city's certificate towards the provider. */
  readonly certificate?: { readonly certFile: string; readonly keyFile: string }
}
export type OidcConfig = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly mfaAcr: readonly string[]
  readonly mfaAmr: readonly string[]
  readonly recheckSeconds: number
}

export type AccountOidcConfig = Pick<OidcConfig, 'issuer' | 'clientId' | 'clientSecret'>
export type BundidConfig = {
  readonly entryPoint: string
  readonly issuer: string
  /** PEM, one each. */
  readonly certificates: readonly string[]
  readonly entityId: string
  readonly privateKey: string
  readonly decryptionKey: string
  readonly serviceId: string
}

/**
 * Reads the settings, the only place that looks at the environment.
 * Production refuses: no https origin, no key, the test mode's failpoints, addresses of stand-ins (loopback providers).
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const parsed = v.safeParse(Environment, environment)
  if (!parsed.success) {
    const names = parsed.issues.map((issue) => String(issue.path?.[0]?.key))
    throw new ConfigRefused(`settings that cannot be used: ${[...new Set(names)].join(', ')}`)
  }
  const env = parsed.output
  const config: Config = {
    mode: env.STADTTOR_MODE,
    town: env.STADTTOR_TOWN,
    dataDir: resolve(env.STADTTOR_DATA),
    contentDir: resolve(env.STADTTOR_CONTENT),
    bundleDir: resolve(env.STADTTOR_BUNDLE),
    host: env.STADTTOR_HOST,
    port: env.STADTTOR_PORT,
    trustedProxies: listOf(env.STADTTOR_TRUSTED_PROXIES),
    keySource: keySourceOf(env),
    mailFrom: env.STADTTOR_MAIL_FROM,
    rateFactor: env.STADTTOR_RATE_FACTOR,
    setting: (name) => environment[name],
    ...present('origin', env.STADTTOR_ORIGIN),
    ...present('backupDir', env.STADTTOR_BACKUP_DIR),
    ...present('catalogueUrl', env.STADTTOR_CATALOGUE_URL),
    ...present('smtpUrl', env.STADTTOR_SMTP_URL),
    ...present('mailReplies', mailRepliesOf(env)),
    ...present('failpoint', env.STADTTOR_FAILPOINT),
    ...present('oidc', oidcOf(env)),
    ...present('clamd', clamdOf(env.STADTTOR_CLAMD)),
    ...present('accountOidc', accountOidcOf(env)),
    ...present('bundid', bundidOf(env)),
    ...present('payment', paymentOf(env)),
    ...present('seal', sealOf(env)),
  }
  if (config.mode === 'production') {
    refuseUnsafe(config)
  }
  if (config.mode !== 'test' && config.failpoint !== undefined) {
    throw new ConfigRefused('STADTTOR_FAILPOINT is for tests only')
  }
  return config
}

/** Where things of the data folder lie. */
export const dataPaths = (dataDir: string) => ({
  main: join(dataDir, 'stadttor.db'),
  search: join(dataDir, 'search.db'),
  blobs: join(dataDir, 'blobs'),
  content: join(dataDir, 'content'),
  pages: join(dataDir, 'pages'),
  socket: join(dataDir, 'admin.sock'),
})

type Parsed = v.InferOutput<typeof Environment>

function keySourceOf(env: Parsed): KeySource {
  if (env.STADTTOR_KEY_FILE !== undefined) {
    return { kind: 'file', path: resolve(env.STADTTOR_KEY_FILE) }
  }
  if (env.STADTTOR_KEY_COMMAND !== undefined) {
    return { kind: 'command', command: env.STADTTOR_KEY_COMMAND }
  }
  if (env.STADTTOR_MODE === 'production') {
    throw new ConfigRefused('no installation key: set STADTTOR_KEY_FILE or STADTTOR_KEY_COMMAND (npm run keys -- init)')
  }
  return { kind: 'demo' }
}

/** `+` and a token come between local part and domain; together they keep to the 64 signs of a local part. */
const REPLIES_LOCAL_LENGTH_MAX = 14
const REPLIES_SECRET_LENGTH_MIN = 32

function mailRepliesOf(env: Parsed): MailRepliesConfig | undefined {
  const address = env.STADTTOR_MAIL_REPLIES?.toLowerCase()
  if (address === undefined) {
    return undefined
  }
  const [local = '', domain = ''] = address.split('@')
  if (local.length > REPLIES_LOCAL_LENGTH_MAX || local.includes('+')) {
    throw new ConfigRefused(
      `STADTTOR_MAIL_REPLIES has to have at most ${REPLIES_LOCAL_LENGTH_MAX} signs before the @, and no +`,
    )
  }
  const secret = secretOf(env, 'STADTTOR_MAIL_REPLIES_SECRET', 'the secret of the mail server that hands answers over')
  if (secret.length < REPLIES_SECRET_LENGTH_MIN) {
    throw new ConfigRefused(`STADTTOR_MAIL_REPLIES_SECRET_FILE holds fewer than ${REPLIES_SECRET_LENGTH_MIN} signs`)
  }
  return { local, domain, secret }
}

function clamdOf(address: string | undefined): Config['clamd'] {
  if (address === undefined) {
    return undefined
  }
  if (address.startsWith('unix:')) {
    return { path: address.slice('unix:'.length) }
  }
  const { hostname, port } = new URL(address)
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) }
}
function oidcOf(env: Parsed): OidcConfig | undefined {
  if (env.STADTTOR_OIDC_ISSUER === undefined) {
    return undefined
  }
  return {
    issuer: env.STADTTOR_OIDC_ISSUER,
    clientId: env.STADTTOR_OIDC_CLIENT_ID,
    mfaAcr: listOf(env.STADTTOR_OIDC_MFA_ACR),
    mfaAmr: listOf(env.STADTTOR_OIDC_MFA_AMR),
    recheckSeconds: env.STADTTOR_OIDC_RECHECK_SECONDS,
    clientSecret: secretOf(env, 'STADTTOR_OIDC_CLIENT_SECRET', 'the secret towards the identity provider'),
  }
}

function accountOidcOf(env: Parsed): AccountOidcConfig | undefined {
  return env.STADTTOR_ACCOUNT_OIDC_ISSUER === undefined
    ? undefined
    : {
        issuer: env.STADTTOR_ACCOUNT_OIDC_ISSUER,
        clientId: env.STADTTOR_ACCOUNT_OIDC_CLIENT_ID,
        clientSecret: secretOf(env, 'STADTTOR_ACCOUNT_OIDC_CLIENT_SECRET', "the secret towards the accounts' provider"),
      }
}

function bundidOf(env: Parsed): BundidConfig | undefined {
  const { STADTTOR_BUNDID_ENTRY_POINT: entryPoint, STADTTOR_BUNDID_ISSUER: issuer } = env
  if (entryPoint === undefined) {
    return undefined
  }
  if (issuer === undefined || env.STADTTOR_BUNDID_ENTITY_ID === undefined) {
    throw new ConfigRefused('STADTTOR_BUNDID_ISSUER and STADTTOR_BUNDID_ENTITY_ID go with STADTTOR_BUNDID_ENTRY_POINT')
  }
  const privateKey = secretOf(env, 'STADTTOR_BUNDID_KEY', 'the key that signs requests to BundID')
  const decryption = env.STADTTOR_BUNDID_DECRYPTION_KEY_FILE
  return {
    entryPoint,
    issuer,
    entityId: env.STADTTOR_BUNDID_ENTITY_ID,
    serviceId: env.STADTTOR_BUNDID_SERVICE_ID,
    certificates: certificatesOf(secretOf(env, 'STADTTOR_BUNDID_CERTIFICATE', "BundID's certificate")),
    privateKey,
    decryptionKey:
      decryption === undefined ? privateKey : readSecret('STADTTOR_BUNDID_DECRYPTION_KEY_FILE', decryption),
  }
}

function sealOf(env: Parsed): Config['seal'] {
  const names = [env.STADTTOR_SEAL_CERTIFICATE_FILE, env.STADTTOR_SEAL_CERTIFICATE, env.STADTTOR_SEAL_KEY_FILE, env.STADTTOR_SEAL_KEY] // biome-ignore format: one thought
  if (names.every((name) => name === undefined)) {
    return undefined
  }
  return {
    certificates: certificatesOf(secretOf(env, 'STADTTOR_SEAL_CERTIFICATE', 'the certificate of the seal')),
    key: secretOf(env, 'STADTTOR_SEAL_KEY', 'the key of the seal'),
  }
}

function paymentOf(env: Parsed): PaymentConfig | undefined {
  if (env.STADTTOR_PAYMENT_URL === undefined) {
    return undefined
  }
  const tokenUrl = env.STADTTOR_PAYMENT_TOKEN_URL
  const [certFile, keyFile] = [env.STADTTOR_PAYMENT_CERT_FILE, env.STADTTOR_PAYMENT_KEY_FILE]
  if (tokenUrl === undefined && certFile === undefined) {
    throw new ConfigRefused('payments need STADTTOR_PAYMENT_TOKEN_URL or STADTTOR_PAYMENT_CERT_FILE')
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new ConfigRefused('STADTTOR_PAYMENT_CERT_FILE and STADTTOR_PAYMENT_KEY_FILE belong together')
  }
  return {
    url: env.STADTTOR_PAYMENT_URL.replace(/\/*$/, '/'),
    originatorId: env.STADTTOR_PAYMENT_ORIGINATOR,
    endpointId: env.STADTTOR_PAYMENT_ENDPOINT,
    ...(tokenUrl === undefined
      ? {}
      : {
          oauth: {
            tokenUrl,
            clientId: env.STADTTOR_PAYMENT_CLIENT_ID,
            clientSecret: secretOf(env, 'STADTTOR_PAYMENT_CLIENT_SECRET', 'the secret towards the payment provider'),
          },
        }),
    ...(certFile === undefined || keyFile === undefined ? {} : { certificate: { certFile, keyFile } }),
  }
}

/** Certificates that stand one after the other in one file. */
const certificatesOf = (pem: string): readonly string[] =>
  pem
    .split(/(?<=-----END [A-Z ]+-----)/)
    .map((one) => one.trim())
    .filter((one) => one !== '')

type SecretName =
  | 'STADTTOR_MAIL_REPLIES_SECRET'
  | 'STADTTOR_PAYMENT_CLIENT_SECRET'
  | 'STADTTOR_OIDC_CLIENT_SECRET'
  | 'STADTTOR_ACCOUNT_OIDC_CLIENT_SECRET'
  | 'STADTTOR_BUNDID_KEY'
  | 'STADTTOR_BUNDID_CERTIFICATE'
  | 'STADTTOR_SEAL_CERTIFICATE'
  | 'STADTTOR_SEAL_KEY'

/** What opens or signs comes from a file; in demo and test it may stand in the environment. */
function secretOf(env: Parsed, name: SecretName, what: string): string {
  const path = env[`${name}_FILE`]
  if (env.STADTTOR_MODE === 'production' && env[name] !== undefined) {
    throw new ConfigRefused(`${name} must not stand in the environment: set ${name}_FILE`)
  }
  if (path !== undefined) {
    return readSecret(`${name}_FILE`, path)
  }
  const inEnvironment = env[name]
  if (inEnvironment === undefined) {
    throw new ConfigRefused(`${what} is missing: set ${name}_FILE`)
  }
  return inEnvironment
}

function readSecret(name: string, path: string): string {
  let secret = ''
  try {
    secret = readFileSync(path, 'utf8').trim()
  } catch {
    throw new ConfigRefused(`${name} cannot be read: ${path}`)
  }
  if (secret === '') {
    throw new ConfigRefused(`${name} is empty: ${path}`)
  }
  return secret
}

const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

function present<K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { [P in K]?: T })
}
