import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openProjection } from '../db/projection.ts'
import { openReader, type Reader } from '../db/reader.ts'
import { startWriter, type Writer } from '../db/writer.ts'
import { createBundidProvider } from './adapters/bundid/provider.ts'
import { createClamdScanner } from './adapters/clamd/scanner.ts'
import { openFolderStore } from './adapters/folder/blob-store.ts'
import { readMime } from './adapters/mime/reader.ts'
import { createOidcAccounts } from './adapters/oidc/account-provider.ts'
import { createOidcProvider } from './adapters/oidc/provider.ts'
import { createPadesSealer, SealRefused } from './adapters/pades/sealer.ts'
import { createSignedRegister } from './adapters/register-signed/source.ts'
import { createSmtpMailer } from './adapters/smtp/mailer.ts'
import { createWebhookConnector } from './adapters/webhook/connector.ts'
import { createXBezahldienste } from './adapters/xbezahldienste/provider.ts'
import { readXDatenfelder } from './adapters/xdatenfelder/read.ts'
import { writeXDatenfelder } from './adapters/xdatenfelder/write.ts'
import { xzufiFile, xzufiSource } from './adapters/xzufi/source.ts'
import { catalogueRoutes } from './catalogue/routes.ts'
import type { CatalogueCtx } from './catalogue/service.ts'
import type { SyncCtx } from './catalogue/service-sync.ts'
import { type Config, dataPaths } from './config.ts'
import { ConfigRefused } from './config-refused.ts'
import type { ConnectorsCtx } from './connectors/service.ts'
import { type ContentRevisions, folderObjectStore, openRevisions } from './content/service.ts'
import type { Content } from './content/snapshot.ts'
import { createFormReaders, createQuestions, createSiteCatalogue, type FormReaders } from './context-catalogue.ts'
import { contentCheckers } from './context-checks.ts'
import { createLetters, type Letters } from './context-letters.ts'
import { createPaymentParts, readCertificate } from './context-payments.ts'
import { createWorkflowParts } from './context-workflow.ts'
import { createPress } from './documents/service.ts'
import { createSurveys, createTries, type EditingCtx } from './editing/service.ts'
import { type AccountProviders, createIdentity } from './identity/identity.ts'
import { readTeam } from './identity/recheck.ts'
import { staffName } from './identity/service.ts'
import { planEndLeasesOfTheDead } from './jobs/plan.ts'
import { createJournalSigner } from './journal/service.ts'
import { isDemoKey, KeyRefused, readInstallationKeys } from './keys/installation-key.ts'
import { type Keyring, openKeyring } from './keys/keyring.ts'
import type { Actor } from './lib/actor.ts'
import type { Clock } from './lib/clock.ts'
import { createFailpoint, type Failpoint, writerFailpoint } from './lib/failpoint.ts'
import { createIds } from './lib/ids.ts'
import type { Log } from './lib/log.ts'
import { createTurns, type Turns } from './lib/turns.ts'
import { wordsOf } from './lib/words.ts'
import type { Mailer, MessagesCtx } from './messages/service.ts'
import type { Sealer } from './notices/ctx.ts'
import type { Item, PostboxesCtx } from './postboxes/service.ts'
import {
  createLive,
  loadSite,
  openPageStore,
  type PublishingCtx,
  type Site,
  snapshotApi,
} from './publishing/service.ts'
import { caseNames, SEARCH_SCHEMA, type SearchCtx } from './search/service.ts'
import type { SubmissionsCtx } from './submissions/ctx.ts'
import { describeCase } from './submissions/service-card.ts'
import { composeMessage } from './submissions/service-copy.ts'
import { prepareBounce } from './submissions/service-errands.ts'
import { createNotedReads } from './submissions/service-reads.ts'
import type { VorgangKind } from './workflow/ctx.ts'
import { checkTaking } from './workflow/service-taking.ts'

/** Everything a town needs, made once. */
export type Context = SubmissionsCtx &
  CatalogueCtx &
  PostboxesCtx &
  PublishingCtx &
  SearchCtx &
  ConnectorsCtx &
  MessagesCtx &
  EditingCtx &
  SyncCtx & {
    readonly letters: Letters
    readonly content: ContentRevisions
    readonly config: Config
    readonly writer: Writer
    /** A feed elsewhere than the configured one, for `npm run sync -- --from`. */
    readonly catalogueSourceAt: (place: string) => SyncCtx['catalogueSource']
  }

export type OpenContext = {
  readonly ctx: Context
  /** Called after every write: jobs may be due, projections may lag. */
  readonly onWrite: (listener: () => void) => void
  /** Closes readers before the writer; nothing is written afterwards. */
  readonly close: () => Promise<void>
}

type Basics = {
  readonly config: Config
  readonly origin: string
  readonly clock: Clock
  readonly log: Log
  /** Shared with the port, so that answers and requests take turns together. */
  readonly turns?: Turns
}
type Store = {
  readonly writer: Writer
  readonly reader: Reader
  readonly keyring: Keyring
  readonly listeners: (() => void)[]
}

/** A scanner may be silent this long while it looks through a file. */
const SCANNER_SILENT_MS = 120_000
const PAYMENT_TIMEOUT_MS = 10_000
const MIGRATIONS = fileURLToPath(new URL('../db/migrations', import.meta.url))

/**
 * Opens a town: data folder (lock, migration), keys, content, everything that is wired by name. Listens nowhere.
 * Throws `KeyRefused`, and errors with code `DATA_FOLDER_IN_USE`, `DATABASE_NEWER`.
 */
export async function openContext(basics: Basics): Promise<OpenContext> {
  // The templates load while the writer's thread starts.
  const site = loadSite(basics.config.bundleDir)
  site.catch(() => undefined)
  const store = await openStore(basics)
  await store.writer.write(planEndLeasesOfTheDead())
  const ctx = await wire(basics, store, site)
  return {
    ctx,
    onWrite: (listener) => store.listeners.push(listener),
    close: async () => {
      ctx.mailer.close()
      ctx.projection.close()
      await ctx.letters.close()
      await store.reader.close()
      await store.writer.close()
    },
  }
}

async function openStore({ config, clock, turns }: Basics): Promise<Store> {
  const keys = readInstallationKeys(config.keySource, config.dataDir)
  if (config.mode === 'production' && keys.some(isDemoKey)) {
    throw new KeyRefused('the demo key protects nothing: make one with npm run keys -- init')
  }
  const failpoint = writerFailpoint(config.failpoint)
  const writer = await startWriter({
    dataDir: config.dataDir,
    migrationsDir: MIGRATIONS,
    ...(turns === undefined ? {} : { isMoreComing: turns.isBusy }),
    ...(failpoint === undefined ? {} : { failpoint }),
  })
  try {
    const keyring = await openKeyring({ town: config.town, keys, command: writer.keys, now: clock.now })
    const reader = await openReader(dataPaths(config.dataDir).main)
    return { writer, reader, keyring, listeners: [] }
  } catch (error) {
    await writer.close()
    throw error
  }
}

async function wire({ config, origin, clock, log, turns = createTurns() }: Basics, store: Store, site: Promise<Site>) {
  const paths = dataPaths(config.dataDir)
  const failpoint = createFailpoint(config.failpoint)
  const { keyring } = store
  const core = coreOf({ config, origin, clock, log, turns }, store)
  const content = await openRevisions({
    ...core,
    contentObjects: folderObjectStore(paths.content),
    contentCheckers: contentCheckers(readXDatenfelder),
  })
  const late: { ctx: Context | null } = { ctx: null }
  const whole = (): Context => {
    if (late.ctx === null) {
      throw new Error('the context is not complete yet')
    }
    return late.ctx
  }
  const letters = createLetters(whole)
  const forms = createFormReaders(readXDatenfelder)
  const { close: _, ...setting } = letters
  const ctx = {
    ...core,
    content,
    letters,
    ...setting,
    contentCheckers: contentCheckers(readXDatenfelder),
    catalogueIndex: createSiteCatalogue(forms),
    catalogueSourceAt: (place: string) => xzufiSource(place),
    catalogueSource: xzufiSource(config.catalogueUrl ?? join(config.contentDir, 'feed')),
    blobs: await openFolderStore(paths.blobs, failpoint),
    scanner: config.clamd === undefined ? null : createClamdScanner(config.clamd, SCANNER_SILENT_MS),
    identity: identityOf(config, () => content.live().content.city.authority.de),
    journalSigner: createJournalSigner(`stadttor/${config.town}/journal`, keyring.purpose('journal-signing')),
    ...forms,
    ...editingParts(),
    sealer: sealerOf(config),
    notedReads: createNotedReads(),
    mailer: mailerOf(config),
    mailDomain: config.mailFrom.split('@')[1] ?? 'stadttor.example',
    mailReplies: config.mailReplies ?? null,
    readMail: readMime,
    mailText: async (content: Content, slug: string, lang: string, template: string, kind?: VorgangKind) => {
      const { workflow } = whole()
      const [own, german] = await Promise.all([lang, 'de'].map((one) => workflow.texts(content, slug, one, kind)))
      const text = own?.messages[template]
      const isGerman = text !== undefined && text.text === german?.messages[template]?.text
      return text === undefined ? commonMail(content, lang, template) : { ...text, lang: isGerman ? 'de' : lang }
    },
    prepareBounce: (vorgangId: string) => prepareBounce(whole(), vorgangId),
    projection: openProjection(paths.search, keyring.purpose('search'), SEARCH_SCHEMA),
    describeCase: (vorgangId: string) => describeCase(whole(), vorgangId),
    serviceTitle: (slug: string) =>
      whole().catalogueIndex(content.live().content).services.get(slug)?.teaser.title ?? slug,
    questions: createQuestions(forms, () => content.live().content),
    caseNames: (ids: readonly string[]) => caseNames(whole(), ids),
    checkTaking: (actor: Actor, item: Item) => checkTaking(whole(), actor, item),
    team: (postbox: string) => readTeam(whole(), postbox),
    staffName: (userId: string) => staffName(whole(), userId),
    connector: (id: string) => connectorOf(config, failpoint, content.live().content, id),
    register: (id: string) => registerOf(config, content.live().content, id),
    composeMessage: (vorgangId: string, event: string) => composeMessage(whole(), vorgangId, event),
    paymentProvider: paymentProviderOf(config, clock),
    ...createPaymentParts(whole),
    // Under Deno the product may start no programs: files are shown whole instead of page by page.
    press: 'Deno' in globalThis ? null : createPress(),
    workflow: createWorkflowParts(whole),
    ...(await publishingOf({ config, content, log, forms }, await site)),
  }
  late.ctx = ctx
  return ctx
}

/** What every room of the town needs; a write wakes whoever listens. */
function coreOf({ config, origin, clock, log, turns }: Basics & { readonly turns: Turns }, store: Store) {
  const { keyring, writer } = store
  return {
    config,
    town: config.town,
    origin,
    mode: config.mode,
    db: store.reader.db,
    writer,
    keyring,
    log,
    now: clock.now,
    turns,
    newId: createIds(clock.now),
    write: async (batch: Parameters<Writer['write']>[0]) => {
      const result = await writer.write(batch)
      // A group is answered at once: whoever waited for it goes on one by one.
      await turns.take()
      for (const listener of store.listeners) {
        listener()
      }
      return result
    },
  }
}

const editingParts = () => ({
  readXml: readXDatenfelder,
  writeXml: writeXDatenfelder,
  readCatalogueFile: xzufiFile,
  survey: createSurveys(),
  tries: createTries(),
})

type PublishingBasics = {
  readonly config: Config
  readonly content: ContentRevisions
  readonly log: Log
  readonly forms: FormReaders
}

async function publishingOf({ config, content, log, forms }: PublishingBasics, site: Site) {
  const pages = await openPageStore(dataPaths(config.dataDir).pages)
  const catalogueIndex = createSiteCatalogue(forms)
  return {
    site,
    pages,
    live: createLive(pages),
    siteApi: async (revisionId: string) => {
      const fixed = { revisionId, content: await content.at(revisionId) }
      const access = { live: () => fixed, at: content.at }
      return snapshotApi({ catalogue: catalogueRoutes({ content: access, catalogueIndex }) }, log)
    },
  }
}

function identityOf(config: Config, cityName: () => string) {
  const { oidc } = config
  const accounts = accountsOf(config, cityName)
  if (oidc === undefined) {
    return createIdentity(null, { mfaAcr: [], mfaAmr: [], recheckMs: 0 }, accounts)
  }
  const provider = createOidcProvider({
    issuer: oidc.issuer,
    clientId: oidc.clientId,
    clientSecret: oidc.clientSecret,
    acrValues: oidc.mfaAcr,
    allowLoopbackHttp: config.mode !== 'production',
  })
  const settings = { mfaAcr: oidc.mfaAcr, mfaAmr: oidc.mfaAmr, recheckMs: oidc.recheckSeconds * 1000 }
  return createIdentity(provider, settings, accounts)
}

/** Where citizens sign in. */
function accountsOf({ accountOidc, bundid, mode }: Config, cityName: () => string): AccountProviders {
  return {
    oidc:
      accountOidc === undefined
        ? null
        : createOidcAccounts({ ...accountOidc, allowLoopbackHttp: mode !== 'production' }),
    bundid:
      bundid === undefined
        ? null
        : createBundidProvider({
            ...bundid,
            displayName: cityName,
          }),
  }
}

/** Without a mail server (tests of one process) mails wait as jobs. */
function mailerOf(config: Config): Mailer {
  if (config.smtpUrl !== undefined) {
    return createSmtpMailer(config.smtpUrl, config.mailFrom)
  }
  return { send: () => Promise.reject(new Error('no mail server is set')), close: () => undefined }
}

/** A seal that nobody could trust is for trying out only. */
function sealerOf({ seal, mode }: Config): Sealer | null {
  try {
    return seal === undefined ? null : createPadesSealer(seal, { isTrustNeeded: mode === 'production' })
  } catch (error) {
    throw error instanceof SealRefused ? new ConfigRefused(error.message) : error
  }
}

function paymentProviderOf({ payment, mode }: Config, clock: Clock) {
  if (payment === undefined) {
    return null
  }
  const { certificate: _files, ...rest } = payment
  return createXBezahldienste({
    ...rest,
    ...readCertificate(payment),
    timeoutMs: PAYMENT_TIMEOUT_MS,
    allowLoopbackHttp: mode !== 'production',
    now: clock.now,
  })
}

/** Mails that every service sends alike stand among the words; null where there is none of that name. */
function commonMail(content: Content, lang: string, template: string) {
  const key = `mail.${template}.subject`
  const words = wordsOf(content.words, lang)
  return words(key) === key ? null : { subject: words(key), text: words(`mail.${template}.text`) }
}

function connectorOf(config: Config, failpoint: Failpoint, content: Content, id: string) {
  const link = content.connectors.get(id)
  const url = link === undefined ? undefined : config.setting(link.urlSetting)
  const secret = link === undefined ? undefined : config.setting(link.secretSetting)
  if (link === undefined || url === undefined || secret === undefined) {
    return null
  }
  const webhook = createWebhookConnector({
    url,
    secret: Buffer.from(secret.replace(/^whsec_/, ''), 'base64'),
    timeoutMs: link.timeoutSeconds * 1000,
    isProduction: config.mode === 'production',
  })
  return {
    deliver: async (message: Parameters<typeof webhook.deliver>[0]) => {
      const answer = await webhook.deliver(message)
      failpoint('outbox')
      return answer
    },
  }
}

function registerOf(config: Config, content: Content, id: string) {
  const register = content.registers.get(id)
  const url = register === undefined ? undefined : config.setting(register.urlSetting)
  const secret = register === undefined ? undefined : config.setting(register.secretSetting)
  // A stand-in is no register: production asks none rather than one without TLS.
  const isUsable = url !== undefined && (config.mode !== 'production' || url.startsWith('https://'))
  return register === undefined || !isUsable || secret === undefined
    ? null
    : createSignedRegister({
        url,
        secret: Buffer.from(secret, 'base64'),
        timeoutMs: register.timeoutSeconds * 1000,
        isProduction: config.mode === 'production',
      })
}
