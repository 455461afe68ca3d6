import { expect, it } from 'vitest'
import { stepsOf } from './transfer.ts'
import { newTransferParser } from './xml.ts'

const MEGABYTES = Number(process.env['STADTTOR_FEED_MB'] ?? 4)
const FILLER = '<p>Ein Satz über eine Leistung der Stadt. Noch ein Satz dazu.</p>'.repeat(100)

/** Pieces of a generated feed, made while they are read, so that only the reader's own memory counts. */
function* pieces(bytesWanted: number): Generator<string> {
  yield '<x:t xmlns:x="http://xoev.de/schemata/xzufi/2_2_0" xzufiVersion="2.2.0">'
  for (let id = 0, bytes = 0; bytes < bytesWanted; id += 1) {
    const name = `<x:modulText><x:leikaTextmodul><code>02</code></x:leikaTextmodul><x:inhalt>Leistung ${id}</x:inhalt></x:modulText>`
    const text = `<x:modulText><x:leikaTextmodul><code>06</code></x:leikaTextmodul><x:inhalt><![CDATA[${FILLER}]]></x:inhalt></x:modulText>`
    const piece = `<x:schreibe><x:leistung><x:id schemeAgencyID="a">${id}</x:id>${name}${text}</x:leistung></x:schreibe>\n`
    bytes += piece.length
    yield piece
  }
  yield '</x:t>'
}

it(`keeps one object at a time of a feed of ${MEGABYTES} MB (STADTTOR_FEED_MB)`, () => {
  const parser = newTransferParser()
  let objects = 0
  let waitingMax = 0
  let heapMax = 0
  const heapBefore = process.memoryUsage().heapUsed
  for (const piece of pieces(MEGABYTES * 1_000_000)) {
    const commands = parser.push(piece)
    waitingMax = Math.max(waitingMax, commands.length)
    objects += commands.flatMap((command) => stepsOf(command, 'a.xml')).length
    if (objects % 200 === 0) {
      heapMax = Math.max(heapMax, process.memoryUsage().heapUsed - heapBefore)
    }
  }
  expect(parser.end()).toEqual([])
  expect(parser.fault()).toBeNull()
  expect(objects).toBeGreaterThan(MEGABYTES * 100)
  expect(waitingMax).toBe(1)
  // What the collector has not yet taken is counted too; the bound must not grow with the feed.
  expect(heapMax).toBeLessThan(120_000_000)
})
