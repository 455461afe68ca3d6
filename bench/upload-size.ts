/** Size of the file that is uploaded again and again: a photographed page. */
export const UPLOAD_BYTES = 2 * 1024 * 1024

/** The end of a PDF of `bytes` bytes: its table says where itself begins. */
export function pdfEnd(bytes: number): Buffer {
  const table = 'xref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Root 1 0 R>>\nstartxref\n'
  const length = table.length + 10 + '\n%%EOF\n'.length
  return Buffer.from(`${table}${String(bytes - length).padStart(10, '0')}\n%%EOF\n`)
}
