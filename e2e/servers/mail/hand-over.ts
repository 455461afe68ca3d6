/** Where a mail server hands answers over, as docs/operations/mail-handover.sh does. */
export type HandOver = { readonly url: string; readonly secret: string }

/** Domain of the addresses whose mails are handed over. */
export const REPLIES_DOMAIN = 'antwort.stadt.example'

/** Refusals that will be the same tomorrow: the sender is told. Everything else is tried again. */
const FINAL = [404, 410, 413, 422]

/** Hands one message over; answers the SMTP code for whoever brought it. */
export async function handOverTo(
  { url, secret }: HandOver,
  message: { readonly from: string; readonly to: string; readonly bytes: Uint8Array },
): Promise<250 | 451 | 550> {
  const answer = await fetch(url, {
    method: 'POST',
    body: new Uint8Array(message.bytes),
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'message/rfc822',
      'stadttor-sender': `<${message.from}>`,
      'stadttor-recipient': message.to,
    },
  }).catch(() => null)
  await answer?.arrayBuffer()
  if (answer?.ok === true) {
    return 250
  }
  return FINAL.includes(answer?.status ?? 0) ? 550 : 451
}
