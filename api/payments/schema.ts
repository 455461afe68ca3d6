import * as v from 'valibot'

export const Id = v.pipe(v.string(), v.uuid())
/** An id as a provider writes it. */
export const ProviderId = v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/))
export const OfPayment = v.object({ paymentId: Id })
export const Heard = v.object({ heard: v.boolean() })
