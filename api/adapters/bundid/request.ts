import { NAMED, OID, REQUIRED } from './attributes.ts'

const AKDB = 'https://www.akdb.de/request/2018/09'
const CLASSIC_UI = 'https://www.akdb.de/request/2018/09/classic-ui/v1'
const METHODS = ['Benutzername', 'eID', 'eIDAS', 'Elster', 'FINK'] as const

/**
 * BundID's extension of the request: ways to sign in, attributes asked for, and what is shown beside the sign-in, in the
 * order its schema wants.
 */
export function requestExtension(options: {
  readonly displayName: string
  readonly serviceId: string
}): Record<string, unknown> {
  const names = [OID.bPK2, OID.qaaLevel, OID.provedBy, ...NAMED.map(([oid]) => oid)]
  return {
    'akdb:AuthenticationRequest': {
      '@xmlns:akdb': AKDB,
      '@Version': '2',
      '@EnableStatusDetail': 'true',
      'akdb:AuthnMethods': Object.fromEntries(
        METHODS.map((method) => [`akdb:${method}`, { 'akdb:Enabled': { '#text': 'true' } }]),
      ),
      'akdb:RequestedAttributes': {
        'akdb:RequestedAttribute': names.map((name) => ({
          '@Name': name,
          '@RequiredAttribute': String(REQUIRED.has(name)),
        })),
      },
      'akdb:DisplayInformation': {
        'classic-ui:Version': {
          '@xmlns:classic-ui': CLASSIC_UI,
          'classic-ui:OrganizationDisplayName': { '#text': options.displayName },
          'classic-ui:OnlineServiceId': { '#text': options.serviceId },
        },
      },
    },
  }
}
