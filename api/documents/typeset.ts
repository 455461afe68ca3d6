import { problemType } from '../lib/problem.ts'
import { coverageOf, loadLetterFonts } from './fonts.ts'
import { startTypesetHost, type TypesetHost } from './typeset-host.ts'

const typesetBusy = problemType('documents/typeset-busy', 503)

/** Why a document could not be set. The diagnostics may quote data: show them to editors, never log them. */
export class TypesetError extends Error {
  readonly diagnostics: readonly TypesetDiagnostic[]

  constructor(diagnostics: readonly TypesetDiagnostic[]) {
    super('the document could not be set')
    this.name = 'TypesetError'
    this.diagnostics = diagnostics
  }
}

/** Lines count from 1, in the template file. */
export type TypesetDiagnostic = { readonly file: string; readonly line: number; readonly message: string }

/** Typst files by path (`/letters/letter.typ`); `template` is the path of the one that exports `letter(data)`. */
export type TypesetSource = { readonly template: string; readonly files: Readonly<Record<string, string>> }
export type Attachment = {
  readonly name: string
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly description: string
  readonly relationship: 'source' | 'data' | 'alternative' | 'supplement'
}
export type TypesetOptions = {
  /** `ua-1`: PDF/UA-1. `a-3a`: PDF/A-3a, for the eAkte with data attached. Both are tagged. */
  readonly standard: 'ua-1' | 'a-3a'
  readonly createdAtMs: number
  readonly attachments?: readonly Attachment[]
}
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }
export type Typesetter = {
  /**
   * Sets one document; the same input gives the same bytes. Data enters as JSON and is never part of a template's code.
   * Letters that the font lacks are shown as `[U+1F600]`, so that no text a person typed makes a document fail or vary.
   * @throws Problem documents/typeset-busy when the queue is full; TypesetError when the template is wrong or too slow.
   */
  readonly typeset: (source: TypesetSource, data: Json, options: TypesetOptions) => Promise<Uint8Array>
  /** Stops the host; what still waits is refused. */
  readonly close: () => Promise<void>
}

/** What goes to the host and comes back; first of all it says that it is ready. */
export type TypesetRequest = TypesetSource & {
  readonly id: number
  readonly dataJson: string
  readonly standard: string
  readonly createdAtMs: number
  readonly attachments: readonly Attachment[]
}
export type TypesetAnswer =
  | { readonly id: number; readonly ok: true; readonly pdf: Uint8Array }
  | { readonly id: number; readonly ok: false; readonly diagnostics: readonly TypesetDiagnostic[] }

/**
 * Makes the typesetter of the product: one host, started at the first document and kept warm while there is work.
 * It ends after 15 s without any and is replaced every `documentsPerHost` documents: compiler and fonts hold 100 MB,
 * which the native part gives back only then.
 * @param limits `queueMax` documents that may wait, `timeoutMs` for one document.
 */
export function createTypesetter(limits: TypesetLimits): Typesetter {
  const shop: Shop = { limits, queue: [], isReady: false, worked: 0, isClosed: false }
  const printable = makePrintable()
  let lastId = 0
  return {
    typeset: async (source, data, options) => {
      if (shop.isClosed || shop.queue.length >= limits.queueMax) {
        throw typesetBusy()
      }
      refuseCode(source)
      lastId += 1
      const request: TypesetRequest = {
        id: lastId,
        template: source.template,
        files: source.files,
        dataJson: JSON.stringify(mapTexts(data, printable)),
        standard: options.standard,
        createdAtMs: options.createdAtMs,
        attachments: options.attachments ?? [],
      }
      return new Promise<Uint8Array>((resolve, reject) => {
        shop.queue.push({ request, resolve, reject })
        next(shop)
      })
    },
    close: async () => {
      shop.isClosed = true
      shop.running?.reject(typesetBusy())
      settle(shop)
      for (const job of shop.queue.splice(0)) {
        job.reject(typesetBusy())
      }
      await stopHost(shop)
    },
  }
}

export type TypesetLimits = {
  readonly queueMax: number
  readonly timeoutMs: number
  readonly documentsPerHost: number
}
/** Starting again takes about 0.2 s. */
const IDLE_MS = 15_000
const START_MS_MAX = 30_000
type Job = { request: TypesetRequest; resolve: (pdf: Uint8Array) => void; reject: (reason: Error) => void }
type Shop = {
  readonly limits: TypesetLimits
  readonly queue: Job[]
  running?: Job | undefined
  host?: TypesetHost | undefined
  timer?: NodeJS.Timeout | undefined
  isReady: boolean
  worked: number
  isClosed: boolean
}

function next(shop: Shop): void {
  if (shop.running !== undefined || shop.isClosed) {
    return
  }
  shop.running = shop.queue.shift()
  clearTimeout(shop.timer)
  if (shop.running === undefined) {
    shop.host?.hold(false)
    shop.timer = setTimeout(() => void stopHost(shop), IDLE_MS).unref()
    return
  }
  shop.host ??= startHost(shop)
  shop.host.hold(true)
  // The time of a document begins when there is somebody to set it.
  limitTime(shop, shop.isReady ? shop.limits.timeoutMs : START_MS_MAX)
  shop.host.send(shop.running.request)
}

function startHost(shop: Shop): TypesetHost {
  shop.isReady = false
  return startTypesetHost({
    onReady: () => {
      shop.isReady = true
      limitTime(shop, shop.limits.timeoutMs)
    },
    onAnswer: (answer) => finish(shop, answer),
    onEnd: () => fail(shop, 'the typesetter stopped'),
  })
}

function limitTime(shop: Shop, ms: number): void {
  clearTimeout(shop.timer)
  shop.timer = setTimeout(() => fail(shop, 'the document took too long'), ms)
}

function finish(shop: Shop, answer: TypesetAnswer): void {
  const job = shop.running
  if (job === undefined || answer.id !== job.request.id) {
    return
  }
  settle(shop)
  shop.worked += 1
  if (shop.worked >= shop.limits.documentsPerHost) {
    void stopHost(shop)
  }
  if (answer.ok) {
    job.resolve(answer.pdf)
  } else {
    job.reject(new TypesetError(answer.diagnostics))
  }
  next(shop)
}

function fail(shop: Shop, message: string): void {
  const job = shop.running
  settle(shop)
  void stopHost(shop)
  job?.reject(new TypesetError([{ file: job.request.template, line: 1, message }]))
  next(shop)
}

function settle(shop: Shop): void {
  clearTimeout(shop.timer)
  shop.running = undefined
}

async function stopHost(shop: Shop): Promise<void> {
  const old = shop.host
  shop.host = undefined
  shop.worked = 0
  await old?.stop()
}

/** Templates import files of the request by their plain names: no packages (network), no `eval`, no plug-ins. */
function refuseCode(source: TypesetSource): void {
  for (const [file, text] of Object.entries(source.files)) {
    const at = text.search(/\b(?:eval|plugin)\s*\(|\b(?:import|include)\b(?!\s*"\/[a-z0-9/._-]+")/)
    if (at >= 0) {
      const line = text.slice(0, at).split('\n').length
      throw new TypesetError([{ file, line, message: 'only files of the letters may be imported, by absolute path' }])
    }
  }
}

/** NFC, no control letters; what the font lacks, and marks that reverse the reading direction, are written as code points. */
function makePrintable(): (text: string) => string {
  let covers: ((codePoint: number) => boolean) | undefined
  return (text) => {
    const plain = text.normalize('NFC').replace(/(?![\n\t])\p{Cc}|\p{Variation_Selector}/gu, '')
    if (/^[\n\t\u0020-\u017f]*$/.test(plain)) {
      return plain
    }
    covers ??= coverageOf(loadLetterFonts()[0] ?? Buffer.alloc(0))
    return Array.from(plain, (letter) => {
      const code = letter.codePointAt(0) ?? 0
      const isShown = code === 10 || code === 9 || (covers?.(code) && !/\p{Bidi_Control}/u.test(letter))
      return isShown ? letter : `[U+${code.toString(16).toUpperCase().padStart(4, '0')}]`
    }).join('')
  }
}

function mapTexts(value: Json, change: (text: string) => string): Json {
  if (typeof value === 'string') {
    return change(value)
  }
  if (Array.isArray(value)) {
    return value.map((item: Json) => mapTexts(item, change))
  }
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, mapTexts(item, change)]))
  }
  return value
}
