/** Whether a URL is https, or http on a loopback host, or http where that is accepted; without user, query and fragment. */
export function isSecureUrl(text: string, allowInsecure = false): boolean {
  const url = URL.parse(text)
  const isSecure = url?.protocol === 'https:' || (url?.protocol === 'http:' && (allowInsecure || isLoopback(url)))
  return isSecure && !/[?#@]/.test(text)
}

function isLoopback({ hostname }: URL): boolean {
  return /^((.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
