/** Whether a host name or address, with an IPv6 address bare or in brackets, never leaves this machine (RFC 6761 §6.3). */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/.test(host)
}
