import { expect, it } from 'vitest'
import { contrast, weakPairs } from './colour.ts'

it.each([
  ['#000000', '#ffffff', 21],
  ['#ffffff', '#ffffff', 1],
  ['#767676', '#ffffff', 4.54],
  ['#777777', '#ffffff', 4.48],
])('contrast of %s and %s is %d (WCAG 2.2)', (first, second, ratio) => {
  expect(contrast(first, second)).toBeCloseTo(ratio, 2)
  expect(contrast(second, first)).toBeCloseTo(ratio, 2)
})

it('finds a weak accent in each mode on its own', () => {
  expect(weakPairs({ light: '#00505c', dark: '#7fd3dc' })).toEqual([])
  expect(weakPairs({ light: '#7fd3dc', dark: '#7fd3dc' }).every(({ mode }) => mode === 'light')).toBe(true)
  expect(weakPairs({ light: '#00505c', dark: '#00505c' }).every(({ mode }) => mode === 'dark')).toBe(true)
})
