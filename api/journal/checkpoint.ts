import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import type { Hash } from './merkle.ts'

/** State of the global log at one time. `origin` names the log, e.g. `stadttor/cottbus/journal`. */
export type Checkpoint = { readonly origin: string; readonly size: number; readonly root: Hash }

/** Signs notes in the name of the log. */
export type JournalSigner = {
  readonly origin: string
  /** Public key as C2SP writes it: `<name>+<key hash>+<base64 of algorithm and key>`; may be given to anybody. */
  readonly verifierKey: string
  readonly signNote: (text: string) => string
}
/** What journal use cases need beside the context's own parts. */
export type JournalCtxPart = { readonly journalSigner: JournalSigner }

const ED25519 = 1
const PKCS8_SEED = Buffer.from('302e020100300506032b657004220420', 'hex')
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')

/**
 * Makes the signer of a log from a 32-byte seed (`keyring.purpose('journal-signing')`): Ed25519, deterministic.
 * The seed lives under the town's key, so whoever holds that key can sign anew; what keeps the log honest against them is
 * a checkpoint kept outside.
 * @see https://c2sp.org/signed-note
 */
export function createJournalSigner(origin: string, seed: Uint8Array): JournalSigner {
  if (!/^[^\s+]+$/.test(origin) || seed.length !== 32) {
    throw new Error('the name of a log has no blanks and no plus, its seed 32 bytes')
  }
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_SEED, seed]), format: 'der', type: 'pkcs8' })
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(SPKI.length)
  const hash = keyHash(origin, raw)
  return {
    origin,
    verifierKey: `${origin}+${hash.toString('hex')}+${Buffer.concat([Uint8Array.of(ED25519), raw]).toString('base64')}`,
    signNote: (text) => {
      const signature = sign(null, Buffer.from(text), privateKey)
      return `${text}\n— ${origin} ${Buffer.concat([hash, signature]).toString('base64')}\n`
    },
  }
}

/** Writes a checkpoint as a signed note (https://c2sp.org/tlog-checkpoint): origin, size, root, signature. */
export const signCheckpoint = (signer: JournalSigner, size: number, root: Hash): string =>
  signer.signNote(`${signer.origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`)

/**
 * States, signed, how many entries an eAkte's journal has and what its last hash is: an export that lacks its end is
 * noticed. Its first line differs from every checkpoint's.
 */
export const signHead = (signer: JournalSigner, head: { eakteId: string; seq: number; hash: string }): string =>
  signer.signNote(`${signer.origin}/eakte\n${head.eakteId}\n${head.seq}\n${head.hash}\n`)

/** Reads a checkpoint; null where its form is wrong or the signature is not by `verifierKey`. */
export function readCheckpoint(note: string, verifierKey: string): Checkpoint | null {
  const text = openNote(note, verifierKey)
  const [, origin, size, root] = /^([^\n]+)\n(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(text ?? '') ?? []
  if (origin === undefined || size === undefined || root === undefined || origin !== verifierKey.split('+')[0]) {
    return null
  }
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') }
}

/** Text of a signed note, its last line feed included; null where no signature of it is by `verifierKey`. */
export function openNote(note: string, verifierKey: string): string | null {
  const key = readVerifierKey(verifierKey)
  const end = note.lastIndexOf('\n\n')
  if (key === null || end < 0) {
    return null
  }
  const text = note.slice(0, end + 1)
  const isSigned = note
    .slice(end + 2)
    .split('\n')
    .some((line) => {
      const [, name, signature] = /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? []
      const bytes = Buffer.from(signature ?? '', 'base64')
      const isOurs = name === key.name && bytes.length === 68 && bytes.subarray(0, 4).equals(key.hash)
      return isOurs && verify(null, Buffer.from(text), key.publicKey, bytes.subarray(4))
    })
  return isSigned ? text : null
}

function readVerifierKey(text: string): { name: string; hash: Buffer; publicKey: KeyObject } | null {
  const [, name, hash, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  const bytes = Buffer.from(encoded ?? '', 'base64')
  if (name === undefined || hash === undefined || bytes.length !== 33 || bytes[0] !== ED25519) {
    return null
  }
  const raw = bytes.subarray(1)
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' })
  const expected = keyHash(name, raw)
  return expected.toString('hex') === hash ? { name, hash: expected, publicKey } : null
}

const keyHash = (name: string, raw: Uint8Array): Buffer =>
  createHash('sha256').update(`${name}\n`).update(Uint8Array.of(ED25519)).update(raw).digest().subarray(0, 4)
