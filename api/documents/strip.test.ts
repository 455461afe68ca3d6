import { describe, expect, it } from 'vitest'
import { smallJpeg, smallPng } from '../testing/files.ts'
import { stripPicture } from './strip.ts'

async function strip(type: 'image/jpeg' | 'image/png', bytes: Buffer): Promise<Buffer> {
  const read = async (start: number, end: number): Promise<Buffer> => bytes.subarray(start, end)
  return Buffer.concat(await Array.fromAsync(stripPicture(type, read, bytes.length)))
}

describe('pictures without metadata', () => {
  it('a photo loses its place and keeps how it was held and every pixel', async () => {
    const [photo, plain] = [smallJpeg({ orientation: 6 }), smallJpeg()]
    const stripped = await strip('image/jpeg', photo)
    expect(photo.includes('GPS')).toBe(true)
    expect(stripped.includes('GPS')).toBe(false)
    const scan = Buffer.from([0xff, 0xda])
    expect(stripped.subarray(stripped.indexOf(scan))).toEqual(plain.subarray(plain.indexOf(scan)))
    expect(stripped.readUInt16BE(stripped.indexOf(Buffer.from([0x01, 0x12])) + 8)).toBe(6)
    expect(await strip('image/jpeg', stripped)).toEqual(stripped)
  })

  it('a photo loses what a phone appended to it, and a comment', async () => {
    const plain = smallJpeg()
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0, 9]), Buffer.from('Cottbus')])
    const photo = Buffer.concat([plain.subarray(0, 2), comment, plain.subarray(2), Buffer.from('a film')])
    expect(await strip('image/jpeg', photo)).toEqual(await strip('image/jpeg', plain))
  })

  it('a picture loses its texts', async () => {
    const [picture, stripped] = [smallPng(), await strip('image/png', smallPng())]
    expect(picture.includes('GPS')).toBe(true)
    expect(stripped.includes('GPS')).toBe(false)
    expect(stripped.includes('IEND')).toBe(true)
  })

  it('what is none is refused', async () => {
    await expect(strip('image/jpeg', Buffer.from([0xff, 0xd8, 1, 2, 3, 4]))).rejects.toThrow()
    await expect(strip('image/png', smallPng().subarray(0, 40))).rejects.toThrow()
  })
})
