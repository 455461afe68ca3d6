import { crc32, deflateSync } from 'node:zlib'
import { type PDFiumDocument, PDFiumLibrary, type PDFiumPage } from '@hyzyla/pdfium'

type Picture = { readonly width: number; readonly height: number; readonly data: Uint8Array }
export type OpenPdf = {
  readonly pageCount: number
  /** What a clerk should know: `script`, `attachment`, `media`, `form`, `restricted`. Looks at the first pages only. */
  readonly flags: () => readonly string[]
  readonly pages: (options: {
    pagesMax: number
    widthPixels: number
  }) => AsyncGenerator<{ number: number; width: number; height: number; text: string; bytes: Uint8Array }>
  readonly bitmaps: (pagesMax: number) => AsyncGenerator<Picture>
}

const TEXT_LENGTH_MAX = 50_000
/** No page becomes more than this, whatever it says of its size. */
const PIXELS_MAX = 6_000_000
const CODE_WIDTH_PIXELS = 1_700
const FLAGGED_PAGES_MAX = 20
const ANNOTATIONS_MAX = 500

/** Opens a PDF with PDFium (WebAssembly). The same in every process; only a press should call it. */
export async function openPdf(bytes: Uint8Array): Promise<OpenPdf | 'password' | 'unreadable'> {
  const library = await PDFiumLibrary.init()
  let document: PDFiumDocument
  try {
    document = await library.loadDocument(bytes)
  } catch (error) {
    return error instanceof Error && /assword/.test(error.message) ? 'password' : 'unreadable'
  }
  const pageCount = document.getPageCount()
  if (pageCount < 1) {
    return 'unreadable'
  }
  return {
    pageCount,
    flags: () => flagsOf(document, Math.min(pageCount, FLAGGED_PAGES_MAX)),
    pages: async function* ({ pagesMax, widthPixels }) {
      for (let index = 0; index < Math.min(pageCount, pagesMax); index += 1) {
        const page = document.getPage(index)
        const text = page.getText().replace(/\r\n?/g, '\n').toWellFormed().slice(0, TEXT_LENGTH_MAX)
        const { width, height, data } = await draw(page, widthPixels)
        yield { number: index + 1, width, height, text, bytes: pngOf({ width, height, data }) }
      }
    },
    bitmaps: async function* (pagesMax) {
      for (let index = 0; index < Math.min(pageCount, pagesMax); index += 1) {
        yield await draw(document.getPage(index), CODE_WIDTH_PIXELS)
      }
    },
  }
}

async function draw(page: PDFiumPage, widthPixels: number): Promise<Picture> {
  const { originalWidth, originalHeight } = page.getOriginalSize()
  const wanted = widthPixels / Math.max(1, originalWidth)
  const most = Math.sqrt(PIXELS_MAX / Math.max(1, originalWidth * originalHeight))
  const { width, height, data } = await page.render({ scale: Math.min(wanted, most), render: 'bitmap' })
  return { width, height, data }
}

type Raw = {
  readonly documentIdx: number
  readonly module: Readonly<Record<string, ((...values: number[]) => number) | undefined>>
}

/** Kinds of annotations as PDFium counts them (fpdf_annot.h): a file; sound, film, screen, 3D, rich media. */
const ATTACHED = [17]
const MEDIA = [18, 19, 21, 25, 26]

/** Asks PDFium itself: its wrapper does not pass these questions on. */
function flagsOf(document: PDFiumDocument, pages: number): readonly string[] {
  const { documentIdx, module } = document as unknown as Raw
  const ask = (name: string, ...more: number[]): number => module[name]?.(...more) ?? 0
  const kinds = annotationsOf(ask, documentIdx, pages)
  const has = (wanted: readonly number[]): boolean => wanted.some((kind) => kinds.has(kind))
  return [
    ...(ask('_FPDFDoc_GetJavaScriptActionCount', documentIdx) > 0 ? ['script'] : []),
    ...(ask('_FPDFDoc_GetAttachmentCount', documentIdx) > 0 || has(ATTACHED) ? ['attachment'] : []),
    ...(has(MEDIA) ? ['media'] : []),
    ...(ask('_FPDF_GetFormType', documentIdx) > 0 ? ['form'] : []),
    ...(ask('_FPDF_GetSecurityHandlerRevision', documentIdx) > 0 ? ['restricted'] : []),
  ]
}

function annotationsOf(
  ask: (name: string, ...more: number[]) => number,
  document: number,
  pages: number,
): ReadonlySet<number> {
  const kinds = new Set<number>()
  for (let index = 0; index < pages; index += 1) {
    const page = ask('_FPDF_LoadPage', document, index)
    const count = page === 0 ? 0 : Math.min(ask('_FPDFPage_GetAnnotCount', page), ANNOTATIONS_MAX)
    for (let at = 0; at < count; at += 1) {
      const annotation = ask('_FPDFPage_GetAnnot', page, at)
      kinds.add(annotation === 0 ? 0 : ask('_FPDFAnnot_GetSubtype', annotation))
      ask('_FPDFPage_CloseAnnot', annotation)
    }
    ask('_FPDF_ClosePage', page)
  }
  return kinds
}

/** Writes a picture as PNG: grey where it has no colours, which most pages have not. */
function pngOf({ width, height, data }: Picture): Uint8Array {
  const isGrey = hasNoColour(data)
  const channels = isGrey ? 1 : 3
  const stride = width * channels + 1
  const rows = Buffer.alloc(stride * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = (y * width + x) * 4
      const to = y * stride + 1 + x * channels
      for (let channel = 0; channel < channels; channel += 1) {
        rows[to + channel] = data[from + channel] ?? 0
      }
    }
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, isGrey ? 0 : 2, 0, 0, 0], 8)
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const body = deflateSync(rows, { level: 6 })
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', body), chunk('IEND', Buffer.alloc(0))])
}

function hasNoColour(data: Uint8Array): boolean {
  for (let at = 0; at < data.length; at += 4) {
    if (data[at] !== data[at + 1] || data[at] !== data[at + 2]) {
      return false
    }
  }
  return true
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}
