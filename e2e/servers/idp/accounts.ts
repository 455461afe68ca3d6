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
  { username: 'rita.mauk', name: 'Rita Mauk', groups: ['umwelt', 'verkehr'], roles: ['clerk'], ...withMfa },
  { username: 'lutz.hansch', name: 'Lutz Hansch', groups: ['standesamt'], roles: ['clerk'], ...withMfa },
  { username: 'silke.bramke', name: 'Silke Bramke', groups: ['kita', 'wohnen'], roles: ['clerk'], ...withMfa },
  {
    username: 'dirk.noatnick',
    name: 'Dirk Noatnick',
    groups: ['buergerservice', 'kita', 'ordnung', 'standesamt', 'umwelt', 'verkehr', 'wohnen'],
    roles: ['clerk', 'lead'],
    ...withMfa,
  },
  { username: 'hanka.wels', name: 'Hanka Wels', groups: ['sorbisch'], roles: ['clerk'], ...withMfa },
  { username: 'ines.kahlau', name: 'Ines Kahlau', groups: [], roles: ['editor'], ...withMfa },
  { username: 'tomke.roesler', name: 'Tomke Rösler', groups: [], roles: ['editor'], ...withMfa },
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

/** Ways in which a citizen may prove who they are, with what each is worth. */
export const CITIZEN_METHODS = {
  passwort: { label: 'Benutzername und Passwort', acr: 'STORK-QAA-Level-1', provedBy: 'Benutzername' },
  elster: { label: 'ELSTER-Zertifikat', acr: 'STORK-QAA-Level-3', provedBy: 'Elster' },
  ausweis: { label: 'Online-Ausweis', acr: 'STORK-QAA-Level-4', provedBy: 'eID' },
} as const
export type CitizenMethod = keyof typeof CITIZEN_METHODS

/** A citizen or a company as a broker in front of BundID knows them; `claims` is what userinfo says of them. */
export type CitizenAccount = {
  readonly username: string
  readonly name: string
  readonly claims: Readonly<Record<string, unknown>>
}

const person = (
  username: string,
  given: string,
  family: string,
  more: Readonly<Record<string, unknown>>,
): CitizenAccount => ({
  username,
  name: `${given} ${family}`,
  claims: { given_name: given, family_name: family, email: `${username}@beispiel.example`, ...more },
})

/** The people and companies everybody may be in the demo. All are invented. */
export const demoCitizens: readonly CitizenAccount[] = [
  person('mara.lehmann', 'Mara Łucja', 'Lehmann-Nowak', {
    birthdate: '1985-04-13',
    place_of_birth: 'Cottbus/Chóśebuz',
    nationality: 'D',
    phone_number: '0355 123456',
    address: {
      street_address: 'Sandower Straße 12 a',
      postal_code: '03046',
      locality: 'Cottbus/Chóśebuz',
      country: 'DE',
    },
  }),
  person('jurij.krautz', 'Jurij', 'Krautz', {
    birthdate: '1981-11-02',
    place_of_birth: 'Peitz/Picnjo',
    nationality: 'D',
    address: {
      street_address: 'Ströbitzer Hauptstraße 7',
      postal_code: '03046',
      locality: 'Cottbus/Chóśebuz',
      country: 'DE',
    },
  }),
  person('aylin.demir', 'Aylin', 'Demir', {
    birthdate: '1999-07-30',
    place_of_birth: 'Berlin',
    nationality: 'TR',
    address: { street_address: 'Am Nordrand 41', postal_code: '03044', locality: 'Cottbus/Chóśebuz', country: 'DE' },
  }),
  person('backstube.nowak', 'Pawoł', 'Nowak', {
    organisation: {
      name: 'Backstube Nowak GmbH',
      legal_form: 'GmbH',
      register_number: 'HRB 4711 CB',
      address: {
        street_address: 'Spremberger Straße 3',
        postal_code: '03046',
        locality: 'Cottbus/Chóśebuz',
        country: 'DE',
      },
    },
  }),
]
