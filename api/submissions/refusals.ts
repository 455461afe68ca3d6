import { problemType } from '../lib/problem.ts'

export const incomplete = problemType('submissions/incomplete', 422)
export const filePlanMissing = problemType('submissions/file-plan-missing', 500)
export const actImpossible = problemType('submissions/act-impossible', 409)
export const actSent = problemType('submissions/act-sent', 409)
export const actInvalid = problemType('submissions/act-invalid', 422)
