/** A mail as a person would read it. */
export type Mail = {
  /** Envelope recipients. */
  readonly to: readonly string[]
  readonly from: string
  readonly subject: string
  /** Plain text with `\n` line ends. */
  readonly text: string
  /** Header names in lower case; of repeated ones the last. */
  readonly headers: Readonly<Record<string, string>>
  /** The bytes as they came, for greps. */
  readonly raw: string
}

/** Reads the subject and the plain text of a message (RFC 5322, 2045, 2047): what our own mails need, no more. */
export function readMail(raw: string, envelope: { from: string; to: readonly string[] }): Mail {
  const part = readPart(raw)
  return {
    ...envelope,
    subject: decodeWords(part.headers['subject'] ?? ''),
    text: plainText(part).replaceAll('\r\n', '\n'),
    headers: part.headers,
    raw,
  }
}

type Part = { readonly headers: Record<string, string>; readonly body: string }

function readPart(raw: string): Part {
  const end = raw.indexOf('\r\n\r\n')
  const head = (end === -1 ? raw : raw.slice(0, end)).replace(/\r\n[ \t]+/g, ' ')
  const headers: Record<string, string> = {}
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { headers, body: end === -1 ? '' : raw.slice(end + 4) }
}

function plainText(part: Part): string {
  const type = part.headers['content-type'] ?? 'text/plain'
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1]
  if (type.startsWith('multipart/') && boundary !== undefined) {
    const parts = part.body
      .split(`--${boundary}`)
      .slice(1, -1)
      .map((text) => readPart(text.replace(/^\r\n/, '')))
    const first = parts.find((each) => /^(text\/plain|multipart\/)/.test(each.headers['content-type'] ?? 'text/plain'))
    return first === undefined ? '' : plainText(first)
  }
  return decodeBody(part.body, part.headers['content-transfer-encoding']?.toLowerCase() ?? '7bit')
}

function decodeBody(body: string, encoding: string): string {
  if (encoding === 'base64') {
    return Buffer.from(body, 'base64').toString('utf8')
  }
  if (encoding === 'quoted-printable') {
    return decodeQuoted(body.replace(/=\r\n/g, ''))
  }
  return Buffer.from(body, 'latin1').toString('utf8')
}

const decodeQuoted = (text: string): string => {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_all, kind: string, value: string) =>
      kind.toLowerCase() === 'b'
        ? Buffer.from(value, 'base64').toString('utf8')
        : decodeQuoted(value.replaceAll('_', ' ')),
    )
}
