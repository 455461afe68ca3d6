import { BlockList, isIP } from 'node:net'

/** Reads a list of proxies (addresses or CIDR blocks). Throws on an entry that is neither. */
export function trustedProxies(entries: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/', 2)
    const kind = isIP(address)
    if (kind === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) {
      throw new Error(`not an address or a block of addresses: ${entry}`)
    }
    if (bits === undefined) {
      list.addAddress(address, kind === 4 ? 'ipv4' : 'ipv6')
    } else {
      list.addSubnet(address, Number(bits), kind === 4 ? 'ipv4' : 'ipv6')
    }
  }
  return list
}

/**
 * The address of who really asks: the peer, or behind trusted proxies the last hop of X-Forwarded-For that is none of them.
 * What comes from anyone else is ignored, and so are hops that are no address.
 */
export function clientAddress(peer: string, forwardedFor: string | null, trusted: BlockList): string {
  let address = plainAddress(peer)
  const hops = (forwardedFor ?? '').split(',').slice(-20)
  while (isTrusted(address, trusted) && hops.length > 0) {
    const hop = plainAddress(hops.pop()?.trim() ?? '')
    if (isIP(hop) === 0) {
      return address
    }
    address = hop
  }
  return address
}

function isTrusted(address: string, trusted: BlockList): boolean {
  const kind = isIP(address)
  return kind !== 0 && trusted.check(address, kind === 4 ? 'ipv4' : 'ipv6')
}

/** IPv4 through an IPv6 socket is written `::ffff:192.0.2.1`. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
