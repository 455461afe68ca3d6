/** A person as BundID knows them. All are invented. */
export type Person = {
  readonly username: string
  readonly bPK2: string
  readonly givenName: string
  readonly surname: string
  readonly birthdate: string
  readonly placeOfBirth: string
  readonly nationality: string
  readonly mail: string
  readonly postalAddress: string
  readonly postalCode: string
  readonly localityName: string
  readonly country: string
}

/** How a person may prove who they are, and what it is worth. */
export const METHODS = {
  Benutzername: { label: 'Benutzername und Passwort', stork: 1, attributes: 'NORMAL' },
  Elster: { label: 'ELSTER-Zertifikat', stork: 3, attributes: 'SUBSTANTIELL' },
  eID: { label: 'Online-Ausweis', stork: 4, attributes: 'HOCH' },
} as const
export type Method = keyof typeof METHODS

/** The people everybody may be in the demo. */
export const demoPeople: readonly Person[] = [
  {
    username: 'mara.lehmann',
    bPK2: 'STANDIN-BPK2-0001',
    givenName: 'Mara Łucja',
    surname: 'Lehmann-Nowak',
    birthdate: '1985-04-13',
    placeOfBirth: 'Cottbus/Chóśebuz',
    nationality: 'D',
    mail: 'mara.lehmann@beispiel.example',
    postalAddress: 'Sandower Straße 12 a',
    postalCode: '03046',
    localityName: 'Cottbus/Chóśebuz',
    country: 'DE',
  },
  {
    username: 'jurij.krautz',
    bPK2: 'STANDIN-BPK2-0002',
    givenName: 'Jurij',
    surname: 'Krautz',
    birthdate: '1981-11-02',
    placeOfBirth: 'Peitz/Picnjo',
    nationality: 'D',
    mail: 'jurij.krautz@beispiel.example',
    postalAddress: 'Ströbitzer Hauptstraße 7',
    postalCode: '03046',
    localityName: 'Cottbus/Chóśebuz',
    country: 'DE',
  },
  {
    username: 'aylin.demir',
    bPK2: 'STANDIN-BPK2-0003',
    givenName: 'Aylin',
    surname: 'Demir',
    birthdate: '1999-07-30',
    placeOfBirth: 'Berlin',
    nationality: 'TR',
    mail: 'aylin.demir@beispiel.example',
    postalAddress: 'Am Nordrand 41',
    postalCode: '03044',
    localityName: 'Cottbus/Chóśebuz',
    country: 'DE',
  },
]
