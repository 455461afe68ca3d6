import { expect, it } from 'vitest'
import { addressPrefix } from './address.ts'

it.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:0db8:0001:00/56'],
  ['2001:db8:1:2ff::1', '2001:0db8:0001:02/56'],
  ['2001:DB8:1:2AA:ffff::9', '2001:0db8:0001:02/56'],
  ['2001:db8::', '2001:0db8:0000:00/56'],
  ['::1', '0000:0000:0000:00/56'],
  ['fe80::1%eth0', 'fe80:0000:0000:00/56'],
  ['', 'unknown'],
  ['evil, 192.0.2.7', 'unknown'],
])('%s counts as %s', (address, expected) => {
  expect(addressPrefix(address)).toBe(expected)
})
