/**
 * The other end of a press: reads one order from stdin, does it, writes what it made to stdout. Runs with hardly any rights
 * (see press.ts) and only ever sees the bytes it is given.
 */
import { frame, type PressOrder, type PressPiece, readFrames } from './press-protocol.ts'

const INPUT_BYTES_MAX = 60_000_000

function put(piece: PressPiece): void {
  const { bytes, ...head } = { bytes: new Uint8Array(), ...piece }
  process.stdout.write(frame(head, bytes))
}

async function work(): Promise<void> {
  const frames = await Array.fromAsync(readFrames(process.stdin, INPUT_BYTES_MAX))
  const [first, ...rest] = frames
  const order = first?.head as PressOrder
  const files = rest.map(({ bytes }) => bytes)
  const [file = Buffer.alloc(0)] = files
  if (order.op === 'merge') {
    const { mergePictures } = await import('./press-merge.ts')
    put({ kind: 'file', bytes: await mergePictures(files, order) })
    return
  }
  if (order.op === 'codes' && order.mediaType !== 'application/pdf') {
    const { readCodes } = await import('./press-codes.ts')
    put({ kind: 'codes', texts: await readCodes(file) })
    return
  }
  const { openPdf } = await import('./press-pdf.ts')
  const pdf = await openPdf(file)
  if (pdf === 'password' || pdf === 'unreadable') {
    put({ kind: 'failed', reason: pdf })
    return
  }
  if (order.op === 'codes') {
    const { readCodes } = await import('./press-codes.ts')
    for await (const page of pdf.bitmaps(order.pagesMax)) {
      put({ kind: 'codes', texts: await readCodes(page) })
    }
    return
  }
  put({ kind: 'facts', pageCount: pdf.pageCount, flags: pdf.flags() })
  if (order.op === 'pages') {
    for await (const page of pdf.pages(order)) {
      put({ kind: 'page', ...page })
    }
  }
}

try {
  await work()
} catch {
  put({ kind: 'failed', reason: 'unreadable' })
}
