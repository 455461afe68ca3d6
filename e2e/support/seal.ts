import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@playwright/test'

/** Expects a seal over the whole of a PDF, and none that holds once a byte is another: asks pdfsig where it is installed. */
export function checkSeal(pdf: Buffer): void {
  expect(pdf.toString('latin1')).toContain('/SubFilter /ETSI.CAdES.detached')
  if (pdfsig('-v') === null) {
    return
  }
  const folder = mkdtempSync(join(tmpdir(), 'stadttor-seal-'))
  const path = join(folder, 'notice.pdf')
  writeFileSync(path, pdf)
  const whole = pdfsig(path)
  expect(whole).toContain('Signature is Valid')
  expect(whole).toContain('Total document signed')
  const changed = Buffer.from(pdf)
  changed[1_000] = (changed[1_000] ?? 0) ^ 1
  writeFileSync(path, changed)
  expect(pdfsig(path)).not.toContain('Signature is Valid')
  rmSync(folder, { recursive: true })
}

/** What pdfsig says; null where it is not installed. */
function pdfsig(argument: string): string | null {
  try {
    return execFileSync('pdfsig', [argument], { encoding: 'utf8', stdio: 'pipe' })
  } catch (error) {
    const { code, stdout } = error as { code?: string; stdout?: string }
    return code === 'ENOENT' ? null : (stdout ?? '')
  }
}
