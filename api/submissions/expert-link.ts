import type { SubmissionsCtx } from './ctx.ts'

/** Page on which somebody outside begins. */
export const expertLink = (ctx: Pick<SubmissionsCtx, 'origin'>, expertId: string): string =>
  `${ctx.origin}/gutachten/${expertId}`
