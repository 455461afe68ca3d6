import { join, resolve } from 'node:path'
import type { Config } from './config.ts'
import { ConfigRefused } from './config-refused.ts'

/** A mail server on the same machine is usual; on a port of its own it is one for trying out. */
const MAIL_PORTS = ['', '25', '465', '587']

/** Refuses what production may not run with: no https, nobody who could sign in, no mail, addresses of stand-ins. */
export function refuseUnsafe(config: Config): void {
  if (config.origin === undefined || !config.origin.startsWith('https://')) {
    throw new ConfigRefused('STADTTOR_ORIGIN must be the public https address')
  }
  if (config.oidc === undefined) {
    throw new ConfigRefused('STADTTOR_OIDC_ISSUER is missing: clerks could not sign in')
  }
  if (config.smtpUrl === undefined) {
    throw new ConfigRefused('STADTTOR_SMTP_URL is missing: no mail could be sent')
  }
  if (config.mailFrom.endsWith('.example')) {
    throw new ConfigRefused('STADTTOR_MAIL_FROM is missing: mails need an address of the city as their sender')
  }
  if (config.mailReplies?.domain.endsWith('.example') === true) {
    throw new ConfigRefused('STADTTOR_MAIL_REPLIES has to be an address of the city')
  }
  refuseStandIns(config, config.oidc.issuer, config.smtpUrl)
}

function refuseStandIns(config: Config, issuer: string, smtpUrl: string): void {
  const { catalogueUrl, accountOidc, bundid, payment } = config
  for (const [name, address] of [
    ['STADTTOR_ACCOUNT_OIDC_ISSUER', accountOidc?.issuer],
    ['STADTTOR_BUNDID_ENTRY_POINT', bundid?.entryPoint],
    ['STADTTOR_PAYMENT_URL', payment?.url],
    ['STADTTOR_PAYMENT_TOKEN_URL', payment?.oauth?.tokenUrl],
  ] as const) {
    if (address !== undefined && (!address.startsWith('https://') || isLoopback(address))) {
      throw new ConfigRefused(`${name} is a stand-in: production needs an https address`)
    }
  }
  if (!issuer.startsWith('https://') || isLoopback(issuer)) {
    throw new ConfigRefused('STADTTOR_OIDC_ISSUER is a stand-in: production needs an https address')
  }
  if (isLoopback(smtpUrl) && !MAIL_PORTS.includes(new URL(smtpUrl).port)) {
    throw new ConfigRefused('STADTTOR_SMTP_URL is a stand-in: production needs a mail server')
  }
  const isAddress = /^https?:/.test(catalogueUrl ?? '')
  if (isAddress ? !catalogueUrl?.startsWith('https:') || isLoopback(catalogueUrl) : isSpecimen(catalogueUrl ?? '')) {
    throw new ConfigRefused('STADTTOR_CATALOGUE_URL is a stand-in: production needs an https address or a folder')
  }
}

const isLoopback = (address: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\]|\[::ffff:7f.+\]|0\.0\.0\.0|\[::\])\.?$/.test(
    new URL(address).hostname,
  )

const isSpecimen = (folder: string): boolean => resolve(folder).includes(join('e2e', 'servers'))
