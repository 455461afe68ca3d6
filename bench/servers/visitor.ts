import { setTimeout as pause } from 'node:timers/promises'
import { openWire } from '../wire.ts'

/*
 * Visitors who read a static page while others do heavy things: in a process of its own, so that only the server's
 * delays are seen. Four connections ask every 4 ms until told to stop, then what each answer took is sent (ms).
 */
const [port = '', path = '/'] = process.argv.slice(2)
const request = `GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAccept-Encoding: br\r\n\r\n`
const state = { isStopped: false }
const eachMs: number[] = []
process.once('message', () => {
  state.isStopped = true
})
await Promise.all(
  Array.from({ length: 4 }, async () => {
    const wire = await openWire(Number(port))
    while (!state.isStopped) {
      const fromMs = performance.now()
      await wire.send(request)
      eachMs.push(performance.now() - fromMs)
      await pause(4)
    }
    wire.close()
  }),
)
process.send?.(eachMs, () => process.disconnect())
