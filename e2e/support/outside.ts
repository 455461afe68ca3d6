import { globSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parse } from 'yaml'
import { type Bundid, startBundid } from '../servers/bundid/index.ts'
import { type Clamd, startClamd } from '../servers/clamd/index.ts'
import { type Citizens, startCitizens } from '../servers/idp/citizens.ts'
import { type Idp, startIdp } from '../servers/idp/index.ts'
import { type MailServer, startMail } from '../servers/mail/index.ts'
import { type PaymentServer, startPayment } from '../servers/payment/index.ts'
import { OFFICE } from '../servers/payment/protocol.ts'
import { type Registers, startRegisters } from '../servers/register/index.ts'
import { demoSeal } from '../servers/seal/certificate.ts'
import { type Specialist, startSpecialist } from '../servers/specialist/index.ts'

/** The world outside the product: one of each stand-in server, and the settings that point the product at them. */
export type Outside = {
  readonly idp: Idp
  readonly citizens: Citizens
  readonly bundid: Bundid
  readonly mail: MailServer
  readonly specialist: Specialist
  /** Not among the settings: files would wait for a job. Whoever wants them scanned sets STADTTOR_CLAMD to its address. */
  readonly clamd: Clamd
  readonly payment: PaymentServer
  readonly registers: Registers
  readonly env: Readonly<Record<string, string>>
  /** All of them well-behaved again, mails and deliveries forgotten. */
  readonly reset: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Wanted ports; a stand-in without one takes any free port. */
export type OutsidePorts = {
  readonly idp?: number
  readonly citizens?: number
  readonly bundid?: number
  readonly mail?: number
  readonly specialist?: number
  readonly clamd?: number
  readonly payment?: number
  readonly registers?: number
}

/** The specimen of the state's catalogue. */
export const FEED = resolve(import.meta.dirname, '../servers/catalogue/feed')

/** Starts the stand-in servers on loopback. */
export async function startOutside(content: string, ports: OutsidePorts = {}): Promise<Outside> {
  const [idp, citizens, bundid, mail, specialist, clamd, payment, registers] = await Promise.all([
    startIdp(portOf(ports.idp)),
    startCitizens(portOf(ports.citizens)),
    startBundid(portOf(ports.bundid)),
    startMail(portOf(ports.mail)),
    startSpecialist(portOf(ports.specialist)),
    startClamd(portOf(ports.clamd)),
    startPayment(portOf(ports.payment)),
    startRegisters(portOf(ports.registers)),
  ])
  const seal = demoSeal()
  const env = {
    STADTTOR_CATALOGUE_URL: FEED,
    STADTTOR_OIDC_ISSUER: idp.url,
    STADTTOR_OIDC_CLIENT_ID: idp.clientId,
    STADTTOR_OIDC_CLIENT_SECRET: idp.clientSecret,
    STADTTOR_ACCOUNT_OIDC_ISSUER: citizens.url,
    STADTTOR_ACCOUNT_OIDC_CLIENT_ID: citizens.clientId,
    STADTTOR_ACCOUNT_OIDC_CLIENT_SECRET: citizens.clientSecret,
    STADTTOR_BUNDID_ENTRY_POINT: bundid.entryPoint,
    STADTTOR_BUNDID_ISSUER: bundid.issuer,
    STADTTOR_BUNDID_CERTIFICATE: bundid.certificate,
    STADTTOR_BUNDID_ENTITY_ID: bundid.entityId,
    STADTTOR_BUNDID_KEY: bundid.clientKey,
    STADTTOR_SMTP_URL: mail.smtpUrl,
    STADTTOR_SEAL_CERTIFICATE: seal.certificate,
    STADTTOR_SEAL_KEY: seal.key,
    STADTTOR_PAYMENT_URL: payment.url,
    STADTTOR_PAYMENT_TOKEN_URL: `${payment.url}/oauth/token`,
    STADTTOR_PAYMENT_CLIENT_ID: payment.clientId,
    STADTTOR_PAYMENT_CLIENT_SECRET: payment.clientSecret,
    STADTTOR_PAYMENT_ENDPOINT: OFFICE,
    ...connectorEnv(content, specialist),
    ...registerEnv(content, registers),
  }
  const servers = [idp, citizens, bundid, mail, specialist, clamd, payment, registers] as const
  return {
    idp,
    citizens,
    bundid,
    mail,
    specialist,
    clamd,
    payment,
    registers,
    env,
    reset: async () => void (await Promise.all(servers.map((server) => server.control({ reset: true })))),
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  }
}

const portOf = (port: number | undefined) => (port === undefined ? {} : { port })

/** Every connector of the content talks to the one specialist application, each at a path of its own. */
function connectorEnv(content: string, specialist: Specialist): Record<string, string> {
  return Object.fromEntries(
    globSync(join(content, 'connectors/*.yaml')).flatMap((file) => {
      const names = parse(readFileSync(file, 'utf8')) as { urlSetting: string; secretSetting: string }
      return [
        [names.urlSetting, `${specialist.url}/${basename(file, '.yaml')}`],
        [names.secretSetting, specialist.secret],
      ]
    }),
  )
}

/** Every register of the content is one of the stand-in's, by its name. */
function registerEnv(content: string, registers: Registers): Record<string, string> {
  return Object.fromEntries(
    globSync(join(content, 'registers/*.yaml')).flatMap((file) => {
      const names = parse(readFileSync(file, 'utf8')) as { urlSetting: string; secretSetting: string }
      return [
        [names.urlSetting, `${registers.url}/${basename(file, '.yaml')}`],
        [names.secretSetting, registers.secret],
      ]
    }),
  )
}
