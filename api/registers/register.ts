/** A register that is asked for one person's own record. Never throws for what it answers or does not answer. */
export type RegisterSource = { readonly ask: (question: RegisterQuestion) => Promise<RegisterAnswer> }

/** Who somebody is, as they proved it. */
export type RegisterPerson = {
  readonly givenNames: string
  readonly familyName: string
  /** ISO date. */
  readonly birthDate: string
}
export type RegisterQuestion = {
  readonly id: string
  readonly atMs: number
  readonly purpose: string
  readonly legalBasis: string
  /** When the person agreed that this is asked. */
  readonly consentAtMs: number
  readonly person: RegisterPerson
  readonly query: Readonly<Record<string, string>>
}
export type RegisterAnswer =
  | { readonly kind: 'found'; readonly person: RegisterPerson; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'not-found' }
  /** The register may not or will not say. */
  | { readonly kind: 'refused' }
  /** No answer, or none that is signed and can be read. */
  | { readonly kind: 'unreachable' }
