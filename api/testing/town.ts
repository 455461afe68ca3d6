import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Api, createApi } from '../app.ts'
import { readConfig } from '../config.ts'
import type { Connector, DeliveryAnswer } from '../connectors/connector.ts'
import { type ContentFiles, contentFile, readContentFolder } from '../content/service.ts'
import { type Context, openContext } from '../context.ts'
import type { AccountClaims, OidcAccounts, SamlAccounts } from '../identity/account-provider.ts'
import type { Claims, IdentityProvider } from '../identity/provider.ts'
import { createIdentity } from '../identity/service.ts'
import type { AttributeName } from '../lib/attribute-names.ts'
import { settableClock } from '../lib/clock.ts'
import { createLog } from '../lib/log.ts'
import type { Mail } from '../messages/mail.ts'
import { createBackground } from '../worker.ts'
import { type Caller, newCaller } from './caller.ts'

const ORIGIN = 'http://localhost:8080'
const ISSUER = 'https://provider.example'
const CONTENT = resolve(import.meta.dirname, '../../content')

export type Message = Parameters<Connector['deliver']>[0]
type Rights = { readonly roles: Claims['roles']; readonly teams: readonly string[] }

/** A whole town for tests of its API: real database, files, keys and jobs; mail, connector and provider in memory. */
export type Town = {
  readonly ctx: Context
  readonly clock: ReturnType<typeof settableClock>
  readonly dataDir: string
  /** What was logged, oldest first. */
  readonly logged: readonly string[]
  readonly mails: readonly Mail[]
  /** Every try to hand something to the specialist application. */
  readonly messages: readonly Message[]
  /** What mail server and specialist application answer from now on. */
  readonly outside: { mail: 'taken' | number; connector: DeliveryAnswer | 'not-configured' }
  /** Somebody from outside with a browser or program of their own. */
  readonly newCaller: () => Caller
  /** A member of staff who signed in. The name is their subject, too: the same name is the same person. */
  readonly signIn: (name: string, rights: Rights) => Promise<Caller>
  /** A citizen who signed in with an account; the name is the subject. With `caller` the browser they have already. */
  readonly signInCitizen: (name: string, options?: CitizenSignIn) => Promise<Caller>
  /** What the provider says of a person from now on; null: it no longer stands by them. */
  readonly setRights: (name: string, rights: Rights | null) => void
  /** Changes content files and publishes them, as an editor does. */
  readonly edit: (change: NonNullable<TownOptions['edit']>) => Promise<void>
  /** Runs every due job, and those that become due by them; answers how many tries were made. */
  readonly tick: () => Promise<number>
  /** The API as the web entry calls it, for tests on real sockets. */
  readonly handle: Api['handle']
  /** Ends and starts again on the same data folder; callers stay signed in, as browsers do. */
  readonly restart: () => Promise<void>
  readonly close: () => Promise<void>
}

export type CitizenSignIn = {
  readonly level?: AccountClaims['trustLevel']
  readonly kind?: AccountClaims['kind']
  readonly attributes?: Readonly<Partial<Record<AttributeName, string>>>
  readonly caller?: Caller
}

export type TownOptions = {
  readonly now?: string
  /** Changes content files before they become live, e.g. lowers a bound. */
  readonly edit?: (path: string, text: string) => string
  /** More settings, by the names of the environment. */
  readonly settings?: Readonly<Record<string, string>>
  /** Opens files out of process, as the product does; without it nothing is started and no previews are made. */
  readonly press?: boolean
}

/** Opens a town on an empty data folder with the demo content. */
export async function openTown(options: TownOptions = {}): Promise<Town> {
  const dataDir = mkdtempSync(join(tmpdir(), 'stadttor-town-'))
  const clock = settableClock(Date.parse(options.now ?? '2026-11-24T09:00:00Z'))
  const logged: string[] = []
  const log = createLog((line) => logged.push(line), clock.now)
  const config = readConfig({
    STADTTOR_MODE: 'test',
    STADTTOR_DATA: dataDir,
    STADTTOR_CONTENT: CONTENT,
    STADTTOR_BUNDLE: writeBundle(dataDir),
    STADTTOR_RATE_FACTOR: '1000',
    ...options.settings,
  })
  const outside = standIns()
  const files = await readContentFolder(CONTENT)
  const openOnce = async (publish: (ctx: Context) => Promise<void>) => {
    const { ctx, onWrite, close } = await openContext({ config, origin: ORIGIN, clock, log })
    Object.assign(ctx, outside.parts, options.press === true ? {} : { press: null })
    await publish(ctx)
    const background = createBackground(ctx, onWrite)
    await background.start()
    const end = async (): Promise<void> => {
      await background.stop()
      await close()
    }
    return { ctx, background, handle: createApi(ctx).handle, end }
  }
  let running = await openOnce(
    async (ctx) =>
      void (await ctx.content.publish({ kind: 'system', principal: 'test' }, edited(files, options.edit), { note: 'test' })), // biome-ignore format: one thought
  )
  const handle: Api['handle'] = (request, from) => running.handle(request, from)
  const open = (): Caller => newCaller(ORIGIN, handle)
  return {
    get ctx() {
      return running.ctx
    },
    restart: async () => {
      await running.end()
      running = await openOnce(async () => undefined)
    },
    clock,
    dataDir,
    logged,
    mails: outside.mails,
    messages: outside.messages,
    outside: outside.answers,
    newCaller: open,
    handle,
    setRights: outside.setRights,
    signIn: async (name, rights) => {
      outside.setRights(name, rights)
      const caller = open()
      await caller.get('/identity/sign-in')
      const back = await caller.get(`/identity/callback?as=${encodeURIComponent(name)}`)
      if (back.status !== 303) {
        throw new Error(`sign-in answered ${back.status}`)
      }
      return caller
    },
    signInCitizen: async (name, { level = 'substantial', kind = 'person', attributes = {}, caller = open() } = {}) => {
      const said = Object.entries(attributes).map(([key, value]) => ({
        name: key as AttributeName,
        value,
        trustLevel: level,
      }))
      outside.setCitizen(name, { subject: name, kind, trustLevel: level, provedBy: 'test', attributes: said })
      await caller.get('/identity/account/sign-in')
      const back = await caller.get(`/identity/account/callback?as=${encodeURIComponent(name)}`)
      if (back.status !== 303) {
        throw new Error(`sign-in answered ${back.status}`)
      }
      return caller
    },
    edit: async (change) => {
      await running.ctx.content.publish({ kind: 'system', principal: 'test' }, edited(files, change), {
        note: 'edited',
      })
    },
    tick: () => running.background.runner.tick(),
    close: async () => {
      await running.end()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Templates are not under test here: a bundle that renders nothing. */
function writeBundle(dataDir: string): string {
  const bundle = join(dataDir, 'bundle')
  mkdirSync(join(bundle, 'server'), { recursive: true })
  writeFileSync(join(bundle, 'server', 'entry.mjs'), 'export const render = async () => new Response("")\n')
  return bundle
}

function edited(files: ContentFiles, edit: TownOptions['edit']): ContentFiles {
  if (edit === undefined) {
    return files
  }
  const decoder = new TextDecoder()
  return new Map(
    [...files].map(([path, file]) => {
      const text = decoder.decode(file.bytes)
      const changed = edit(path, text)
      return [path, changed === text ? file : contentFile(changed)] as const
    }),
  )
}

/** Mail server, specialist application and identity provider, in memory. */
function standIns() {
  const mails: Mail[] = []
  const messages: Message[] = []
  const answers: Town['outside'] = { mail: 'taken', connector: { kind: 'accepted' } }
  const rights = new Map<string, Rights | null>()
  const citizens = new Map<string, AccountClaims>()
  const oidc: OidcAccounts = {
    issuer: ISSUER,
    begin: async () => new URL(`${ISSUER}/authorize`),
    finish: async (_challenge, callback) => {
      const claims = citizens.get(callback.searchParams.get('as') ?? '')
      return claims === undefined ? { kind: 'refused', reason: 'unknown' } : { kind: 'signed-in', claims }
    },
  }
  const claimsOf = (name: string): Claims | null => {
    const found = rights.get(name) ?? null
    return found === null ? null : { subject: name, name, roles: found.roles, teams: found.teams }
  }
  const provider: IdentityProvider = {
    issuer: ISSUER,
    begin: async () => new URL(`${ISSUER}/authorize`),
    finish: async (_challenge, callback) => {
      const name = callback.searchParams.get('as') ?? ''
      const claims = claimsOf(name)
      return claims === null
        ? { kind: 'refused', reason: 'unknown' }
        : { kind: 'signed-in', claims, acr: null, amr: ['mfa'], tokens: name }
    },
    ask: async (tokens) => {
      const claims = claimsOf(tokens)
      return claims === null ? { kind: 'refused' } : { kind: 'current', claims, tokens }
    },
  }
  /** The real one is tested beside its adapter. */
  const bundid: SamlAccounts = {
    issuer: ISSUER,
    begin: async () => ({ action: `${ISSUER}/saml`, fields: { SAMLRequest: '', RelayState: '' } }),
    finish: async () => ({ kind: 'refused', reason: 'unknown' }),
  }
  const deliver: Connector['deliver'] = async (message) => {
    messages.push(message)
    return answers.connector === 'not-configured' ? { kind: 'failed', status: 'none' } : answers.connector
  }
  const parts = {
    identity: createIdentity(provider, { mfaAcr: [], mfaAmr: ['mfa'], recheckMs: 0 }, { bundid, oidc }),
    mailer: {
      send: async (mail: Mail) => {
        mails.push(mail)
        if (answers.mail !== 'taken') {
          throw Object.assign(new Error('not taken'), { responseCode: answers.mail })
        }
      },
      close: () => undefined,
    },
    connector: () => (answers.connector === 'not-configured' ? null : { deliver }),
  } satisfies Partial<Context>
  return {
    parts,
    mails,
    messages,
    answers,
    setRights: (name: string, next: Rights | null) => rights.set(name, next),
    setCitizen: (name: string, claims: AccountClaims) => citizens.set(name, claims),
  }
}
