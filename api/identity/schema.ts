import * as v from 'valibot'

/** Who the caller is, for pages: enough for a greeting and the navigation, nothing that opens anything. */
export const SessionView = v.variant('kind', [
  v.object({ kind: v.literal('public') }),
  v.object({ kind: v.literal('citizen') }),
  v.object({
    kind: v.literal('staff'),
    name: v.string(),
    roles: v.array(v.picklist(['clerk', 'lead', 'editor', 'operator'])),
    postboxes: v.array(v.string()),
  }),
])
export type SessionView = v.InferOutput<typeof SessionView>

export const SignedOut = v.object({ signedOut: v.literal(true) })
/** A page a person wants to see after signing in; checked by `returnPath`. */
export const ReturnTo = v.optional(v.pipe(v.string(), v.maxLength(2_000)))
