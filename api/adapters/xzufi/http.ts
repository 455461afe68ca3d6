import type { FeedLimits } from './source.ts'
import { FeedUnreadable, type OpenFile } from './unreadable.ts'

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Reads the files of a feed over https, or over http from this machine. No redirects, no cookies, no other folder than
 * the given one. A server that is silent for longer than the limit is given up.
 */
export function openHttp(location: string, limits: Pick<FeedLimits, 'idleTimeoutMs'>): OpenFile {
  const base = new URL(location.endsWith('/') ? location : `${location}/`)
  return async function* read(name) {
    if (base.protocol !== 'https:' && !LOOPBACK.has(base.hostname)) {
      throw new FeedUnreadable({ type: 'unreachable', detail: 'http is allowed to this machine only; use https' })
    }
    const idle = newIdleTimer(limits.idleTimeoutMs)
    try {
      const body = await get(new URL(name, base), idle.signal)
      idle.restart()
      for await (const chunk of body) {
        yield chunk
        idle.restart()
      }
    } catch (error) {
      throw unreadable(error, idle.signal.aborted, limits.idleTimeoutMs)
    } finally {
      idle.stop()
    }
  }
}

async function get(url: URL, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const answer = await fetch(url, { redirect: 'manual', signal, headers: { accept: 'application/xml, text/plain' } })
  if (answer.status === 404 || answer.status === 410) {
    throw new FeedUnreadable({ type: 'missing-file', detail: `server answers ${answer.status}` })
  }
  if (answer.status !== 200 || answer.body === null) {
    const detail =
      answer.type === 'opaqueredirect' || (answer.status >= 300 && answer.status < 400)
        ? 'redirects are not followed'
        : `server answers ${answer.status}`
    await answer.body?.cancel()
    throw new FeedUnreadable({ type: 'unreachable', detail })
  }
  return answer.body
}

function unreadable(error: unknown, isTimeout: boolean, idleTimeoutMs: number): Error {
  if (error instanceof FeedUnreadable) {
    return error
  }
  const detail = isTimeout ? `no answer for ${idleTimeoutMs} ms` : 'connection failed or ended too early'
  return new FeedUnreadable({ type: isTimeout ? 'timeout' : 'unreachable', detail }, error)
}

function newIdleTimer(idleTimeoutMs: number): { signal: AbortSignal; restart: () => void; stop: () => void } {
  const controller = new AbortController()
  let timer = setTimeout(() => controller.abort(), idleTimeoutMs)
  return {
    signal: controller.signal,
    restart: () => {
      clearTimeout(timer)
      timer = setTimeout(() => controller.abort(), idleTimeoutMs)
    },
    stop: () => clearTimeout(timer),
  }
}
