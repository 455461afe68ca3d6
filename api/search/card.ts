/** What one question was answered with, in the words of the back office; several answers in one text. */
export type CardField = {
  readonly path: string
  readonly text: string
  /** Of one date, number, choice or yes and no: what is kept of it (`2026-04-13`, cents, a code, `true`). */
  readonly value?: string
}

/** What a Vorgang is known by in lists and found by. */
export type CaseCard = {
  readonly reference: string
  readonly aktenzeichen: string
  /** Through which it is reached. */
  readonly postboxes: readonly string[]
  /** Of who applied. */
  readonly name: string | null
  readonly fields: readonly CardField[]
}
