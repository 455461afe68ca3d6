import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { join } from 'node:path'
import { type Address, answerControl, type StandIn, startHttp } from '../stand-in.ts'

/**
 * How the state's catalogue misbehaves. `broken-xml`, `doctype`, `cut` and `missing-file` concern the last file of the
 * index, so that a reader has taken in the others before; `slow` sends half of it and then nothing; `moved` redirects.
 */
const MODES = ['ok', 'broken-xml', 'doctype', 'slow', 'cut', 'missing-file', 'status-500', 'moved'] as const
export type CatalogueMode = (typeof MODES)[number]

export type CatalogueCommand = {
  readonly mode?: CatalogueMode
  /** Another folder to serve. */
  readonly feed?: string
  readonly reset?: boolean
}
export type CatalogueServer = StandIn<CatalogueCommand>

export const FEED_FOLDER = join(import.meta.dirname, 'feed')

/** Starts the stand-in of the state's catalogue: serves a feed folder with its `index.txt`. */
export async function startCatalogueServer(
  address: Address & { readonly feed?: string } = {},
): Promise<CatalogueServer> {
  const initial = address.feed ?? FEED_FOLDER
  let state: { mode: CatalogueMode; feed: string } = { mode: 'ok', feed: initial }
  const control = async (command: CatalogueCommand): Promise<{ mode: CatalogueMode }> => {
    if (command.mode !== undefined && !MODES.includes(command.mode)) {
      throw new Error(`unknown mode; known are ${MODES.join(', ')}`)
    }
    const before = command.reset === true ? { mode: 'ok' as const, feed: initial } : state
    state = { mode: command.mode ?? before.mode, feed: command.feed ?? before.feed }
    return { mode: state.mode }
  }
  const server = await startHttp(address, () => async (req, res) => {
    if (!(await answerControl(req, res, control))) {
      await serve(res, decodeURIComponent((req.url ?? '/').slice(1)), state).catch(() => res.destroy())
    }
  })
  return { ...server, control }
}

type State = { readonly mode: CatalogueMode; readonly feed: string }

async function serve(res: ServerResponse, name: string, { mode, feed }: State): Promise<void> {
  const index = await readFile(join(feed, 'index.txt'), 'utf8')
  const names = index.split('\n').filter((line) => line !== '')
  if (mode === 'status-500') {
    res.writeHead(500).end()
    return
  }
  if (mode === 'moved') {
    res.writeHead(302, { location: `/elsewhere/${name}` }).end()
    return
  }
  if (name === 'index.txt') {
    res.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(index)
    return
  }
  if (!names.includes(name) || (mode === 'missing-file' && name === names.at(-1))) {
    res.writeHead(404).end()
    return
  }
  const bytes = await readFile(join(feed, name))
  sendFile(res, bytes, name === names.at(-1) ? mode : 'ok')
}

function sendFile(res: ServerResponse, bytes: Buffer, mode: CatalogueMode): void {
  const half = bytes.subarray(0, bytes.length / 2)
  const type = { 'content-type': 'application/xml' }
  if (mode === 'slow' || mode === 'cut') {
    res.writeHead(200, { ...type, 'content-length': bytes.length })
    res.write(half, () => (mode === 'cut' ? res.destroy() : undefined))
    return
  }
  if (mode === 'broken-xml') {
    res.writeHead(200, type).end(half)
    return
  }
  const text = bytes.toString('utf8')
  res.writeHead(200, type).end(mode === 'doctype' ? text.replace('?>', '?>\n<!DOCTYPE a [<!ENTITY x "y">]>') : text)
}
