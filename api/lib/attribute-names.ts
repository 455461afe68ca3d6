/** What an account may say of a person or an organisation; forms name the same as `account.<name>` and `organisation.<name>`. */
export const ATTRIBUTES = [
  'givenNames',
  'familyName',
  'birthName',
  'birthDate',
  'birthPlace',
  'nationality',
  'email',
  'phone',
  'address.street',
  'address.houseNumber',
  'address.postalCode',
  'address.city',
  'address.country',
  'organisation.name',
  'organisation.legalForm',
  'organisation.registerNumber',
  'organisation.address.street',
  'organisation.address.houseNumber',
  'organisation.address.postalCode',
  'organisation.address.city',
  'organisation.address.country',
] as const
export type AttributeName = (typeof ATTRIBUTES)[number]

/** Name of an attribute as a form writes it. */
export const prefillName = (name: AttributeName): string =>
  name.startsWith('organisation.') ? name : `account.${name}`
