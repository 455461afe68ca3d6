import { writeSync } from 'node:fs'
import { startWriter } from '../writer.ts'
import type { WriterOptions } from '../writer-protocol.ts'
import { killBatch } from './data.ts'

/*
 * Test program: writes batches, 64 in flight, until it is killed, and says on stdout which were acknowledged.
 * Arguments: writer options as JSON, name of the run.
 */
const IN_FLIGHT = 64
const options = JSON.parse(process.argv[2] ?? '{}') as WriterOptions
const run = process.argv[3] ?? 'run'

const writer = await startWriter(options)
writeSync(1, 'ready\n')
const state = { next: 0 }
await Promise.all(Array.from({ length: IN_FLIGHT }, writeForever))

async function writeForever(): Promise<never> {
  for (;;) {
    const key = `${run}-${state.next}`
    state.next += 1
    const result = await writer.write(killBatch(key))
    writeSync(1, `${result.ok ? 'ack' : 'refused'} ${key} ${result.ok ? (result.refs['number'] ?? '') : ''}\n`)
  }
}
