import { describe, expect, it } from 'vitest'
import { telephone, weekOf, writtenDay, writtenMoment, writtenSize } from './format.ts'
import type { Translate } from './words.ts'

const t: Translate = (key, values = {}) => `${key}${Object.values(values).map((value) => ` ${value}`)}`

describe('writtenDay', () => {
  it('writes a legal day without moving it, whatever the zone of the machine', () => {
    expect(writtenDay('2026-12-03')).toBe('3. Dezember 2026')
    expect(writtenDay('2026-03-29')).toBe('29. März 2026')
  })
})

describe('writtenMoment', () => {
  it('shows the clock of Berlin in winter and in summer', () => {
    expect(writtenMoment(Date.UTC(2026, 10, 24, 23, 30))).toContain('25. November 2026')
    expect(writtenMoment(Date.UTC(2026, 10, 24, 23, 30))).toContain('00:30')
    expect(writtenMoment(Date.UTC(2026, 6, 1, 8, 0))).toContain('10:00')
  })
})

describe('writtenSize', () => {
  it.each([
    [0, '1 KB'],
    [1_499, '1 KB'],
    [340_000, '340 KB'],
    [1_234_567, '1,2 MB'],
    [20_000_000, '20 MB'],
  ])('writes %i bytes as %s', (bytes, written) => {
    expect(writtenSize(bytes)).toBe(written)
  })
})

describe('telephone', () => {
  it.each([
    ['0355 612-0', 'tel:+493556120'],
    ['+49 (0)355 6120', 'tel:+493556120'],
    ['0049 355 6120', 'tel:+493556120'],
    ['115', 'tel:115'],
  ])('dials %s', (written, address) => {
    expect(telephone(written)).toBe(address)
  })
})

describe('weekOf', () => {
  it('shows every working day, and the weekend only where it is open', () => {
    const days = weekOf([{ day: 6, from: '09:00', to: '12:00' }], t).map((row) => row.day)
    expect(days).toEqual(['day.1', 'day.2', 'day.3', 'day.4', 'day.5', 'day.6'])
  })

  it('keeps several spans of a day and their notes, and says closed otherwise', () => {
    const week = weekOf(
      [
        { day: 2, from: '08:30', to: '12:00' },
        { day: 2, from: '13:00', to: '18:00', note: 'ohne Termin' },
      ],
      t,
    )
    expect(week[0]).toEqual({ day: 'day.1', times: ['offices.closed'], notes: [] })
    expect(week[1]?.times).toHaveLength(2)
    expect(week[1]?.times[0]).toContain('8:30')
    expect(week[1]?.notes).toEqual(['ohne Termin'])
  })
})
