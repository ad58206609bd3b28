import { isIPv4, isIPv6 } from 'node:net'

/**
 * Whom an address stands for, as one text: an IPv4 address itself, an IPv6 address's /64 (what one household or one machine is given),
 * such as `203.0.113.7` and `2001:db8:0:1::/64`. An IPv4-mapped IPv6 address is the IPv4 address. A port, which some proxies write behind the address, is left out.
 * `unknown` for anything else, such as the address of a connection that is closed already.
 *
 * @see RFC 4291 §2.5.5.2 (mapped addresses), RFC 6177 §2 (a site has at least a /64)
 */
export function parseNetwork(address: string | undefined): string {
  const bare = address?.replace(/^\[(.*)\](?::\d{1,5})?$|^([\d.]+):\d{1,5}$/, '$1$2')
  if (bare === undefined) return 'unknown'
  if (isIPv4(bare)) return bare
  const [withoutZone = ''] = bare.split('%')
  if (!isIPv6(withoutZone)) return 'unknown'
  const groups = readGroups(withoutZone)
  return mappedAddress(groups) ?? `${groups.slice(0, 4).map(toHex).join(':')}::/64`
}

/** The eight groups of 16 bits. */
function readGroups(address: string): number[] {
  // The URL parser writes every IPv6 address in one way, a dotted tail as two groups.
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [front = '', back] = canonical.split('::')
  const head = readHex(front)
  const tail = readHex(back ?? '')
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

function readHex(groups: string): number[] {
  return groups === '' ? [] : groups.split(':').map((group) => Number.parseInt(group, 16))
}

function toHex(group: number): string {
  return group.toString(16)
}

/** RFC 4291 §2.5.5.2: 80 bits of zeros, 16 of ones, then the IPv4 address. */
function mappedAddress(groups: readonly number[]): string | undefined {
  const [high = 0, low = 0] = groups.slice(6)
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  return isMapped ? [high >> 8, high & 255, low >> 8, low & 255].join('.') : undefined
}
