import { expect, it } from 'vitest'
import { testContext } from '../testing/context.ts'
import { createJournalSigner, type JournalCtx, planCheckpoint, verifyJournal } from './service.ts'

const ENTRIES = 1_000_000
const PER_BATCH = 2_000
const EAKTEN = 50_000
const GROWTH_BYTES_MAX = 120_000_000

it('verifies a million entries of fifty thousand eAkten without growing with them', async () => {
  const test = await testContext()
  const signer = createJournalSigner('stadttor/test/journal', test.keyring.purpose('journal-signing'))
  const ctx: JournalCtx = { ...test, journalSigner: signer }
  for (let at = 0; at < ENTRIES; at += PER_BATCH) {
    const journal = Array.from({ length: PER_BATCH }, (_, n) => ({
      eakteId: `eakte-${(at + n) % EAKTEN}`,
      type: 'noted',
      atMs: at + n,
      actor: 'staff:1',
      body: { vorgang: `vorgang-${n}`, n },
    }))
    await ctx.write({ journal })
    const plan = at % 200_000 === 0 ? await planCheckpoint(ctx) : null
    if (plan !== null) {
      await ctx.write(plan)
    }
  }
  const startRss = process.memoryUsage.rss()
  const peak = { rss: startRss }
  const sampling = setInterval(() => {
    peak.rss = Math.max(peak.rss, process.memoryUsage.rss())
  }, 50)
  const startedMs = performance.now()
  const report = await verifyJournal(ctx)
  clearInterval(sampling)
  console.log(
    `verified in ${((performance.now() - startedMs) / 1000).toFixed(1)} s, memory +${peak.rss - startRss} bytes`,
  )
  expect(report).toMatchObject({ ok: true, entries: ENTRIES, eakten: EAKTEN, checkpoints: 5 })
  expect(peak.rss - startRss).toBeLessThan(GROWTH_BYTES_MAX)
  await test.close()
})
