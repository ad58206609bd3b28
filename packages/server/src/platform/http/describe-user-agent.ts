/** What a client called itself, in words, such as browser "Firefox" and system "Windows". Undefined parts were not to be made out. */
export interface DescribedUserAgent {
  readonly program: string | undefined
  readonly system: string | undefined
}

// In this order: Edge, Opera and Samsung's browser also call themselves Chrome, and Chrome calls itself Safari.
const programs: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/\S+ .*Safari\//, 'Safari'],
  [/^curl\//, 'curl'],
  [/^(?:node|undici)\b/i, 'Node.js'],
  [/^python-/i, 'Python'],
  [/^Go-http-client\//, 'Go'],
  [/^okhttp\//, 'Android app'],
]

const systems: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/\b(?:iPhone|iPad|iPod)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\b(?:Macintosh|Mac OS X)\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** Describes a User-Agent header. It is what the client says, and proves nothing. @see RFC 9110 §10.1.5 */
export function describeUserAgent(userAgent: string | undefined): DescribedUserAgent {
  const find = (names: typeof programs) => names.find(([pattern]) => pattern.test(userAgent ?? ''))?.[1]
  return { program: find(programs), system: find(systems) }
}
