import type { SubmissionsCtx } from '../submissions/ctx.ts'
import type { EditingCtx } from './state.ts'

/** What editors of the law need: the content, and the cases that a change concerns. */
export type LawCtx = EditingCtx & SubmissionsCtx
