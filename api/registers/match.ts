import type { RegisterPerson } from './register.ts'

/**
 * Whether a register's record is that of the person who asked: same day of birth, same family name, and the same first
 * given name, whatever the case and the accents. A record of somebody else is never shown.
 */
export function isSamePerson(one: RegisterPerson, other: RegisterPerson): boolean {
  return (
    one.birthDate === other.birthDate &&
    folded(one.familyName) === folded(other.familyName) &&
    firstName(one.givenNames) === firstName(other.givenNames) &&
    firstName(one.givenNames) !== ''
  )
}

const firstName = (names: string): string => folded(names).split(/[\s-]+/)[0] ?? ''

/** Lower case without accents; ł and ß have no decomposition. */
const folded = (text: string): string =>
  text.trim().toLowerCase().replaceAll('ß', 'ss').replaceAll('ł', 'l').normalize('NFD').replace(/\p{M}/gu, '')
