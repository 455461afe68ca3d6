import { problemType } from '../lib/problem.ts'
import type { NoticesCtx } from './ctx.ts'

/** The seal's certificate has run out: nothing may be sealed with it any more. */
export const sealExpired = problemType('notices/seal-expired', 503)

/**
 * Seals a notice where the authority has a seal; without one it stays as it is. What was issued in the certificate's time and is
 * made again later is sealed as of then.
 * @throws Problem notices/seal-expired
 */
export async function sealed(
  { sealer }: Pick<NoticesCtx, 'sealer'>,
  pdf: Uint8Array,
  issuedAtMs: number,
): Promise<Uint8Array> {
  if (sealer === null) {
    return pdf
  }
  if (issuedAtMs >= sealer.validUntilMs) {
    throw sealExpired(`valid until ${new Date(sealer.validUntilMs).toISOString()}`)
  }
  return await sealer.seal(pdf, issuedAtMs)
}
