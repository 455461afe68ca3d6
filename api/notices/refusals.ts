import { problemType } from '../lib/problem.ts'

export const decisionMissing = problemType('notices/decision-missing', 409)
export const decisionChanged = problemType('notices/decision-changed', 409)
export const noticeMissing = problemType('notices/missing', 404)
