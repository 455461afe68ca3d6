import { describe, expect, it } from 'vitest'
import { demoSeal } from '../../e2e/servers/seal/certificate.ts'
import { createPadesSealer } from '../adapters/pades/sealer.ts'
import { sealed } from './sealed.ts'

const FROM = Date.UTC(2026, 0, 1)
const { certificate, key } = demoSeal('Stadt', 'ec', FROM)

describe('sealed', () => {
  it('leaves a notice as it is where the authority has no seal', async () => {
    const pdf = Buffer.from('%PDF-1.7')
    expect(await sealed({ sealer: null }, pdf, FROM)).toBe(pdf)
  })

  it('seals nothing once the certificate has run out', async () => {
    const sealer = createPadesSealer({ certificates: [certificate], key })
    await expect(sealed({ sealer }, Buffer.from('%PDF-1.7'), FROM + 366 * 86_400_000)).rejects.toMatchObject({
      type: 'notices/seal-expired',
      status: 503,
    })
  })
})
