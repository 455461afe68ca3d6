/** A file's type by its content; the name's ending only has to agree. */
export type FileType = {
  readonly mediaType: 'application/pdf' | 'image/jpeg' | 'image/png'
  readonly extensions: readonly string[]
}

const TYPES: readonly (FileType & { readonly signature: readonly number[] })[] = [
  { mediaType: 'application/pdf', extensions: ['pdf'], signature: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { mediaType: 'image/jpeg', extensions: ['jpg', 'jpeg'], signature: [0xff, 0xd8, 0xff] },
  { mediaType: 'image/png', extensions: ['png'], signature: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] },
]
const ACTIVE_TEXT = /<(?:script|html|svg|iframe|!doctype)/i

export type TypeVerdict =
  | { readonly ok: true; readonly type: FileType }
  | { readonly ok: false; readonly reason: 'type' | 'ending' | 'active' | 'heic' | 'office' | 'archive' }

/**
 * Judges a file by its first bytes and its name: type unknown (where it is one that people often have, which one),
 * ending of another type, or markup hidden in an image.
 */
export function judgeType(head: Uint8Array, fileName: string): TypeVerdict {
  const found = TYPES.find(({ signature }) => signature.every((byte, index) => head[index] === byte))
  if (found === undefined) {
    return { ok: false, reason: unwanted(Buffer.from(head)) }
  }
  const ending = /\.([A-Za-z0-9]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''
  if (!found.extensions.includes(ending)) {
    return { ok: false, reason: 'ending' }
  }
  if (found.mediaType !== 'application/pdf' && ACTIVE_TEXT.test(Buffer.from(head).toString('latin1'))) {
    return { ok: false, reason: 'active' }
  }
  return { ok: true, type: { mediaType: found.mediaType, extensions: found.extensions } }
}

/** Of types that are not taken, those worth a sentence of their own: people are told what to do instead. */
function unwanted(head: Buffer): 'type' | 'heic' | 'office' | 'archive' {
  const text = head.toString('latin1')
  if (/^.{4}ftyp(?:hei[cxms]|hev[cxm]|mif1|msf1|avi[fs])/s.test(text)) {
    return 'heic'
  }
  if (text.startsWith('PK\x03\x04')) {
    const isOffice =
      /^.{30}(?:\[Content_Types\]\.xml|_rels\/|docProps\/|word\/|xl\/|ppt\/|mimetypeapplication\/vnd\.)/s.test(text)
    return isOffice ? 'office' : 'archive'
  }
  if (text.startsWith('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1') || text.startsWith('{\\rtf')) {
    return 'office'
  }
  return ARCHIVES.some((signature) => text.startsWith(signature)) ? 'archive' : 'type'
}

const ARCHIVES = ['PK\x05\x06', 'PK\x07\x08', 'Rar!\x1a\x07', '7z\xbc\xaf\x27\x1c', '\x1f\x8b', 'BZh', '\xfd7zXZ\x00']

const NAME_LENGTH_MAX = 200

/** A file's name as it may be shown and offered for download: last part of a path, NFC, no control or direction signs, at most 200 characters. */
export function cleanFileName(given: string): string {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  // Blanks and full stops at the end mean nothing to a person and something else to every system.
  const plain = last
    .replace(/[\p{Cc}\p{Cf}"<>|?*:]/gu, '')
    .replace(/[\s.]+$/u, '')
    .trim()
  const dot = plain.lastIndexOf('.')
  const stem = (dot > 0 ? plain.slice(0, dot) : plain).replace(/^\.+/, '').replace(/[. ]+$/, '')
  const ending = dot > 0 ? plain.slice(dot) : ''
  const tail = [...ending].slice(0, 12).join('')
  // Cut between signs, never within one: half a sign cannot be written into a header.
  const head = stem.slice(0, NAME_LENGTH_MAX - tail.length).replace(/[\uD800-\uDBFF]$/, '')
  return `${head || 'file'}${tail}`
}

/** Value of Content-Disposition (RFC 6266, 8187): a plain name for old programs, the true one encoded. */
export function disposition(kind: 'attachment' | 'inline', fileName: string): string {
  const ascii = fileName.normalize('NFKD').replace(/[^\w. -]/g, '_')
  const encoded = encodeURIComponent(fileName).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
