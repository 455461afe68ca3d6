/** A member of staff as the identity provider knows them. All names are invented. */
export type Account = {
  readonly username: string
  readonly name: string
  /** Teams; each is the id of a postbox. */
  readonly groups: readonly string[]
  readonly roles: readonly ('clerk' | 'lead' | 'editor' | 'operator')[]
  /** RFC 8176; without `mfa` the back office must refuse. */
  readonly amr: readonly string[]
  readonly acr: string
  /** A disabled account cannot sign in, and its access tokens are worth nothing at once. */
  readonly disabled: boolean
}

export const DEMO_PASSWORD = 'stadttor'

/** REFEDS' names for "with a second factor" and "password only". */
export const ACR_MFA = 'https://refeds.org/profile/mfa'
export const ACR_PASSWORD = 'https://refeds.org/profile/sfa'

const withMfa = { amr: ['pwd', 'otp', 'mfa'], acr: ACR_MFA, disabled: false } as const

/** The accounts everybody may try in the demo. */
export const demoAccounts: readonly Account[] = [
  { username: 'jana.noack', name: 'Jana Noack', groups: ['steuern'], roles: ['clerk'], ...withMfa },
  { username: 'marko.lehnigk', name: 'Marko Lehnigk', groups: ['steuern'], roles: ['clerk', 'lead'], ...withMfa },
  { username: 'petra.budar', name: 'Petra Budar', groups: ['ordnung'], roles: ['clerk'], ...withMfa },
  { username: 'henryk.schiman', name: 'Henryk Schiman', groups: ['buergerservice'], roles: ['clerk'], ...withMfa },
  { username: 'ines.kahlau', name: 'Ines Kahlau', groups: [], roles: ['editor'], ...withMfa },
  { username: 'tobias.dreko', name: 'Tobias Dreko', groups: [], roles: ['operator'], ...withMfa },
  {
    username: 'olaf.wessolek',
    name: 'Olaf Wessolek',
    groups: ['steuern'],
    roles: ['clerk'],
    amr: ['pwd'],
    acr: ACR_PASSWORD,
    disabled: false,
  },
]
