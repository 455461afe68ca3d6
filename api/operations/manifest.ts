import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { type FileEntry, OperationRefused } from './files.ts'

const Hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const Count = v.pipe(v.number(), v.integer(), v.minValue(0))

/** `manifest.json`: what a backup is and the hash of `files.jsonl`, which names every file with its hash. */
const Manifest = v.object({
  format: v.literal(1),
  town: v.string(),
  app: v.string(),
  createdAtMs: Count,
  files: v.object({ count: Count, sizeBytes: Count, sha256: Hash }),
  counts: v.record(v.string(), Count),
  /** Newest checkpoint of the journal at that moment, null before the first. */
  checkpoint: v.nullable(v.string()),
  /** Blobs that the database names but the store did not have, or not with the right bytes. */
  damaged: v.array(v.string()),
})
export type Manifest = v.InferOutput<typeof Manifest>

const Entry = v.object({
  path: v.pipe(
    v.string(),
    v.regex(/^(stadttor\.db|(blobs|content|pages)(\/[\w.~-]+)+)$/),
    v.check((path) => !path.split('/').includes('..')),
  ),
  sizeBytes: Count,
  sha256: Hash,
})

/** Writes `files.jsonl` line by line, keeping count, size and hash. */
export async function openFileList(folder: string) {
  const file: FileHandle = await open(join(folder, 'files.jsonl'), 'wx', 0o600)
  const hash = createHash('sha256')
  const total = { count: 0, sizeBytes: 0 }
  return {
    add: async (entry: FileEntry): Promise<void> => {
      const line = `${JSON.stringify(entry)}\n`
      hash.update(line)
      total.count += 1
      total.sizeBytes += entry.sizeBytes
      await file.writeFile(line)
    },
    close: async () => {
      await file.sync()
      await file.close()
      return { ...total, sha256: hash.digest('hex') }
    },
  }
}

/** Reads the manifest of a backup and proves that `files.jsonl` is the one it was written with. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new OperationRefused('NO_MANIFEST', `this is not a finished backup: ${folder} has no manifest.json`)
  })
  const parsed = v.safeParse(Manifest, JSON.parse(text))
  if (!parsed.success) {
    throw new OperationRefused('MANIFEST_UNREADABLE', 'manifest.json is not of the known form')
  }
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(join(folder, 'files.jsonl'))) {
    hash.update(chunk)
  }
  if (hash.digest('hex') !== parsed.output.files.sha256) {
    throw new OperationRefused('FILES_CHANGED', 'files.jsonl is not the one this backup was made with')
  }
  return parsed.output
}

/** Reads the entries of `files.jsonl`, each with a path that stays inside the folder. */
export async function* readFileList(folder: string): AsyncGenerator<FileEntry> {
  for await (const line of createInterface({ input: createReadStream(join(folder, 'files.jsonl')) })) {
    const parsed = v.safeParse(Entry, JSON.parse(line))
    if (!parsed.success) {
      throw new OperationRefused('FILES_UNREADABLE', 'files.jsonl names a path that is not a backup’s')
    }
    yield parsed.output
  }
}
