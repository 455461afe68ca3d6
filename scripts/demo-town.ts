/**
 * Fills an empty data folder with the last weeks of a town, for `npm start`: starts the product on it in its test mode, lives the
 * weeks through its public interfaces under a set clock, checks the record, and ends. Settings come from the environment.
 */
import { startProduct } from '../e2e/support/product.ts'
import { liveTown } from './demo-town/town.ts'

const dataDir = process.env['STADTTOR_DATA'] ?? 'data'
// Connectors and registers have settings of their own names.
const env = Object.fromEntries(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))) // biome-ignore format: one thought
const isTerminal = process.stderr.isTTY
const runtime = process.versions['deno'] === undefined ? 'node' : 'deno'
const product = await startProduct({ dataDir, runtime, env: { ...env, STADTTOR_MODE: 'test' } })
const report = await liveTown(product, Date.now(), (done, of) => {
  if (isTerminal) {
    process.stderr.write(`\r  ${done} of about ${of} events `)
  }
})
const verified = await product.admin('POST', '/verify', {})
await product.stop()
if (isTerminal) {
  process.stderr.write('\r')
}
console.error(`  ${report.vorgaenge} Vorgänge in the postboxes.`)
for (const line of report.failed) {
  console.error(`  not done: ${line}`)
}
process.exit(verified.status === 200 ? 0 : 1)
