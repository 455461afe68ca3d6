import { createCipheriv, createHash, createSecretKey, randomBytes } from 'node:crypto'
import { open, unlink } from 'node:fs/promises'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import busboy from 'busboy'
import { UPLOAD_BYTES } from '../upload-size.ts'

const SEGMENT_BYTES = 64 * 1024

/**
 * What an upload cannot do without, and nothing more: the body is read into nowhere (multipart through busboy), then as
 * many bytes are encrypted, hashed, written and synced. The peer that our upload is measured against. Answers its port.
 */
export async function startBare(folder: string): Promise<number> {
  const plain = randomBytes(UPLOAD_BYTES)
  const key = createSecretKey(randomBytes(32))
  const server = createServer((req, res) => {
    drain(req)
      .then(() => store(folder, key, plain))
      .then(
        () => res.writeHead(201, { 'Content-Length': '0' }).end(),
        () => res.destroy(),
      )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function drain(req: IncomingMessage): Promise<void> {
  if (!(req.headers['content-type'] ?? '').startsWith('multipart/form-data')) {
    req.resume()
    await new Promise((resolve) => req.once('end', resolve))
    return
  }
  const parser = busboy({ headers: req.headers })
  parser.on('file', (_name, stream) => stream.resume())
  await pipeline(req, parser)
}

async function store(folder: string, key: ReturnType<typeof createSecretKey>, plain: Buffer): Promise<void> {
  const path = join(folder, `bare-${randomBytes(8).toString('hex')}`)
  const file = await open(path, 'wx')
  const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12))
  const hash = createHash('sha256')
  for (let at = 0; at < plain.length; at += SEGMENT_BYTES) {
    const segment = cipher.update(plain.subarray(at, at + SEGMENT_BYTES))
    hash.update(segment)
    await file.write(segment)
  }
  cipher.final()
  hash.digest()
  await file.sync()
  await file.close()
  await unlink(path)
}
