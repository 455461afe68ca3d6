import { isIPv4, isIPv6 } from 'node:net'

/**
 * The part of a client's address that tries are counted by: the whole IPv4 address, the first 56 bits of IPv6
 * (what a household gets), so that a caller cannot escape by changing the rest.
 */
export function addressPrefix(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  const plain = mapped ?? address.replace(/%.*$/, '')
  if (isIPv4(plain)) {
    return plain
  }
  if (!isIPv6(plain)) {
    return 'unknown'
  }
  const [head = '', tail = ''] = plain.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === '' ? [] : tail.split(':')
  const fill = plain.includes('::')
    ? Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0')
    : []
  const groups = [...left, ...fill, ...right].slice(0, 4).map((group) => group.padStart(4, '0').toLowerCase())
  return `${groups.join(':').slice(0, -2)}/56`
}
