/** Invented people and vehicles; the people are those who can sign in at the demo's provider. */
export type Person = { readonly givenNames: string; readonly familyName: string; readonly birthDate: string }
type Entry = { readonly person: Person; readonly values: Readonly<Record<string, string>> }

const MARA: Person = { givenNames: 'Mara Łucja', familyName: 'Lehmann-Nowak', birthDate: '1985-04-13' }
const JURIJ: Person = { givenNames: 'Jurij', familyName: 'Krautz', birthDate: '1981-11-02' }

export const PEOPLE: readonly Entry[] = [
  {
    person: MARA,
    values: {
      strasse: 'Sandower Straße',
      hausnummer: '12 a',
      plz: '03046',
      ort: 'Cottbus/Chóśebuz',
      einzug: '2019-05-01',
    },
  },
  {
    person: JURIJ,
    values: {
      strasse: 'Ströbitzer Hauptstraße',
      hausnummer: '7',
      plz: '03046',
      ort: 'Cottbus/Chóśebuz',
      einzug: '2021-09-15',
    },
  },
]

export const VEHICLES: readonly (Entry & { readonly plate: string })[] = [
  { plate: 'CB-MU 214', person: MARA, values: { fahrzeug: 'VW Golf, blau', halter: 'ich' } },
  { plate: 'CB-JK 81', person: JURIJ, values: { fahrzeug: 'Skoda Octavia, grau', halter: 'ich' } },
]
