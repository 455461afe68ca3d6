import { describe, expect, it } from 'vitest'
import { centsOf, minutesOf, periodOf, periodText } from './typed-values.ts'

describe('what editors type', () => {
  it.each([
    ['15', 15],
    ['15 Minuten', 15],
    [' 5 Min. ', 5],
    ['1 minute', 1],
  ])('%s are minutes', (text, minutes) => expect(minutesOf(text)).toBe(minutes))
  it.each(['', 'abc', '15 Stunden', 'etwa 15', '10-15', '1,5', '0', '1000'])('%s are none', (text) =>
    expect(minutesOf(text)).toBeUndefined(),
  )

  it.each([
    ['55', 5500],
    ['55 Euro', 5500],
    ['55,00 €', 5500],
    ['€ 12.5', 1250],
    ['12,50', 1250],
    ['1.250 EUR', 125_000],
    ['1.250,99 €', 125_099],
    ['55,-', 5500],
    ['0', 0],
  ])('%s is an amount', (text, cents) => expect(centsOf(text)).toBe(cents))
  it.each(['', 'abc', '55 Dollar', 'etwa 55', '55,001', '1,250.00', '-5', '5 bis 10', '1.25.0'])('%s is none', (text) =>
    expect(centsOf(text)).toBeUndefined(),
  )

  it.each([
    ['3 Wochen', '3 week'],
    ['1 Woche', '1 week'],
    ['10 Tage', '10 day'],
    ['2 monate', '2 month'],
    [' 3 week ', '3 week'],
  ])('%s is a time', (text, held) => {
    const period = periodOf(text)
    expect(period === undefined ? period : periodText(period)).toBe(held)
  })
  it.each(['', '3', 'Wochen', '0 Wochen', '3 Jahre', '2-3 Wochen', '1,5 Wochen', '1000 Tage'])('%s is none', (text) =>
    expect(periodOf(text)).toBeUndefined(),
  )
})
