#!/usr/bin/env node
/**
 * Checks an exported eAkte journal: no database, no network, no packages, any Node from 20 on.
 *
 *   node verify-export.mjs <file> [--key <verifier key>] [--older <note file>]
 *
 * --key    the log's public key as you know it from elsewhere; without it the key in the file is used, which proves only
 *          that the file agrees with itself
 * --older  a checkpoint you kept: proves that the log was only added to since
 * Exit code 0: everything holds. 1: it does not, with the first reason. 2: wrong use.
 */
import { createHash, createPublicKey, verify } from 'node:crypto'
import { readFileSync } from 'node:fs'

const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const nodeHash = (left, right) => sha256(Uint8Array.of(1), left, right)

class Bad extends Error {}
function must(holds, reason) {
  if (!holds) {
    throw new Bad(reason)
  }
}

function canonical(value) {
  if (Array.isArray(value)) {
    return `[${value.map(canonical).join(',')}]`
  }
  if (value !== null && typeof value === 'object') {
    const names = Object.keys(value).sort()
    return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** Text of a C2SP signed note; throws where the key did not sign it. */
function openNote(note, key) {
  const [, name, id, encoded] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(key) ?? []
  const bytes = Buffer.from(encoded ?? '', 'base64')
  must(bytes.length === 33 && bytes[0] === 1, 'the verifier key is not of the known form')
  const expected = sha256(`${name}\n`, bytes).subarray(0, 4)
  must(expected.toString('hex') === id, 'the verifier key has a wrong checksum')
  const publicKey = createPublicKey({ key: Buffer.concat([SPKI, bytes.subarray(1)]), format: 'der', type: 'spki' })
  const end = note.lastIndexOf('\n\n')
  const text = note.slice(0, end + 1)
  const isSigned = note
    .slice(end + 2)
    .split('\n')
    .map((line) => /^— (\S+) ([A-Za-z0-9+/]+={0,2})$/.exec(line))
    .some((line) => {
      const signature = Buffer.from(line?.[2] ?? '', 'base64')
      return (
        line?.[1] === name &&
        signature.subarray(0, 4).equals(expected) &&
        verify(null, Buffer.from(text), publicKey, signature.subarray(4))
      )
    })
  must(end > 0 && isSigned, 'the signature is not by the key of this log')
  return { name, lines: text.split('\n').slice(0, -1) }
}

function openCheckpoint(note, key) {
  const { name, lines } = openNote(note, key)
  const [origin, size, root] = lines
  must(lines.length === 3 && origin === name && /^\d{1,16}$/.test(size), 'the checkpoint is not of the known form')
  return { size: Number(size), root: Buffer.from(root, 'base64') }
}

function rootFrom(leaf, index, size, proof) {
  let [fn, sn, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    must(sn !== 0, 'the proof is too long')
    const isRight = fn % 2 === 1
    hash = isRight || fn === sn ? nodeHash(sibling, hash) : nodeHash(hash, sibling)
    while (!isRight && fn === sn && fn % 2 === 0 && fn !== 0) {
      ;[fn, sn] = [fn / 2, Math.floor(sn / 2)]
    }
    ;[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  }
  must(sn === 0, 'the proof is too short')
  return hash
}

function checkOlder(older, newer, proof) {
  must(older.size <= newer.size, 'the older checkpoint is larger than this one')
  if (older.size === 0 || older.size === newer.size) {
    must(older.size === 0 || older.root.equals(newer.root), 'the log is not the one of the older checkpoint')
    return
  }
  const path = Number.isInteger(Math.log2(older.size)) ? [older.root, ...proof] : proof
  let [fn, sn] = [older.size - 1, newer.size - 1]
  while (fn % 2 === 1) {
    ;[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  }
  must(path.length > 0, 'the proof of consistency is missing')
  let [fr, sr] = [path[0], path[0]]
  for (const hash of path.slice(1)) {
    must(sn !== 0, 'the proof of consistency is too long')
    if (fn % 2 === 1 || fn === sn) {
      ;[fr, sr] = [nodeHash(hash, fr), nodeHash(hash, sr)]
      while (fn % 2 === 0 && fn !== 0) {
        ;[fn, sn] = [fn / 2, Math.floor(sn / 2)]
      }
    } else {
      sr = nodeHash(sr, hash)
    }
    ;[fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)]
  }
  const holds = sn === 0 && fr.equals(older.root) && sr.equals(newer.root)
  must(holds, 'the log of the older checkpoint is not the beginning of this one')
}

function checkEntry(line, expected) {
  const { seq, eakte, prev, checkpoint } = expected
  const entry = JSON.parse(line.entry)
  must(canonical(entry) === line.entry, `entry ${seq} is not in canonical form`)
  must(entry.v === 1 && entry.alg === 'sha256', `entry ${seq} is of an unknown form`)
  must(entry.eakte === eakte, `entry ${seq} belongs to another eAkte`)
  must(entry.seq === seq, `entry ${seq} is missing; entry ${entry.seq} stands in its place`)
  must(entry.prev === prev, `entry ${seq} was not written after the one before it`)
  const hash = sha256(Uint8Array.of(0), line.entry)
  const isLeaf = Number.isSafeInteger(line.leaf) && line.leaf >= 0 && line.leaf < checkpoint.size
  must(isLeaf, `entry ${seq} is outside the log`)
  const root = rootFrom(
    hash,
    line.leaf,
    checkpoint.size,
    line.proof.map((it) => Buffer.from(it, 'base64')),
  )
  must(root.equals(checkpoint.root), `entry ${seq} is not the one in the log (leaf ${line.leaf})`)
  return hash.toString('hex')
}

function checkExport(text, { key, older }) {
  const [first = '{}', ...lines] = text.split('\n').filter((line) => line !== '')
  const head = JSON.parse(first)
  must(head.kind === 'stadttor-journal' && head.v === 1, 'this is not an exported journal')
  const trusted = key ?? head.key
  const checkpoint = openCheckpoint(head.checkpoint, trusted)
  const end = openNote(head.head, trusted)
  must(end.lines[0] === `${end.name}/eakte` && end.lines[1] === head.eakte, 'the signed end is of another eAkte')
  if (older !== undefined) {
    const before = openCheckpoint(older, trusted)
    must(
      head.older?.size === before.size || before.size === checkpoint.size,
      'the export has no proof for the older checkpoint',
    )
    checkOlder(
      before,
      checkpoint,
      (head.older?.proof ?? []).map((it) => Buffer.from(it, 'base64')),
    )
  }
  let prev = null
  for (const [index, line] of lines.entries()) {
    prev = checkEntry(JSON.parse(line), { seq: index + 1, eakte: head.eakte, prev, checkpoint })
  }
  must(Number(end.lines[2]) === lines.length, `the export ends at entry ${lines.length}, the eAkte has ${end.lines[2]}`)
  must(end.lines[3] === (prev ?? ''), 'the last entry is not the one that was signed')
  return { entries: lines.length, size: checkpoint.size, eakte: head.eakte, log: end.name }
}

const [file, ...options] = process.argv.slice(2)
const optionOf = (name) => (options.includes(name) ? options[options.indexOf(name) + 1] : undefined)
if (file === undefined || options.some((it, n) => n % 2 === 0 && !['--key', '--older'].includes(it))) {
  console.error('usage: node verify-export.mjs <file> [--key <verifier key>] [--older <note file>]')
  process.exit(2)
}
try {
  const olderFile = optionOf('--older')
  const older = olderFile === undefined ? undefined : readFileSync(olderFile, 'utf8')
  const found = checkExport(readFileSync(file, 'utf8'), { key: optionOf('--key'), older })
  console.log(`holds: eAkte ${found.eakte}, ${found.entries} entries, in the log ${found.log} of ${found.size} entries`)
  if (optionOf('--key') === undefined) {
    console.log('note: the key came with the file; compare it with the one the authority publishes')
  }
} catch (error) {
  console.error(error instanceof Bad ? `does not hold: ${error.message}` : `cannot be read: ${error.message}`)
  process.exitCode = 1
}
