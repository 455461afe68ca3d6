import type { Case } from '../workflow/service.ts'
import type { ActValues } from './act-form.ts'
import type { Act, PossibleAct } from './acts.ts'
import type { StoredFile } from './service-act-files.ts'

/** An act that was judged to be possible, and what it is about. */
export type ActAttempt = {
  readonly kase: Case
  readonly act: Act
  readonly about: string
  readonly possible: PossibleAct
  readonly by: string
  readonly today: string
}

/** The same with what was said, which was judged to be sound, and the files that came along. */
export type ActGiven = {
  readonly attempt: ActAttempt
  readonly values: ActValues
  readonly files: readonly StoredFile[]
}
