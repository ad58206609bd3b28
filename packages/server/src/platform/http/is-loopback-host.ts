import { isIP } from 'node:net'

/** Whether a host name or address, with an IPv6 address bare or in brackets, never leaves this machine (RFC 6761 §6.3). */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host)
}

/** Whether an address of a connection is of this machine; a peer over IPv4 may be written as an IPv6 address (RFC 4291 §2.5.5.2). */
export function isLoopbackAddress(address: string | undefined): boolean {
  return address !== undefined && isIP(address) !== 0 && /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i.test(address)
}
