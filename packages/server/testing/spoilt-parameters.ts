import { expect } from 'vitest'

/** An endpoint, and a request to it that is good. */
export interface SpoiltEndpoint {
  readonly url: string
  readonly method: 'GET' | 'POST'
  readonly headers?: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
  /** The errors that its specifications know. */
  readonly errors: ReadonlySet<string>
  /** Where it may send a browser: addresses that are registered, and pages of this server. */
  readonly addresses: readonly string[]
}

type Spoil = (name: string, value: string) => string

const pair: Spoil = (name, value) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`

/** What each parameter is replaced by, encoded as in a form. */
const spoilings: Readonly<Record<string, Spoil>> = {
  missing: () => '',
  repeated: (name, value) => `${pair(name, value)}&${pair(name, value)}`,
  'repeated with another value': (name, value) => `${pair(name, value)}&${pair(name, 'https://evil.example/')}`,
  empty: (name) => pair(name, ''),
  'without a value': (name) => encodeURIComponent(name),
  'of 5000 characters': (name) => pair(name, 'x'.repeat(5000)),
  'of 100 kB': (name) => pair(name, 'x'.repeat(100_000)),
  'only blanks': (name) => pair(name, '   '),
  'with NUL': (name, value) => pair(name, `${value}\u0000`),
  'with CR and LF': (name, value) => pair(name, `${value}\r\nx-injected: 1`),
  'with LF': (name, value) => pair(name, `${value}\n`),
  'with DEL': (name, value) => pair(name, `\u007f${value}`),
  'with half a character': (name, value) => `${pair(name, value)}%ED%A0%80`,
  'with bytes that are not UTF-8': (name, value) => `${pair(name, value)}%FF%C0%80`,
  'percent-broken': (name, value) => `${pair(name, value)}%`,
  'percent-broken in the middle': (name, value) => `${encodeURIComponent(name)}=%zz${encodeURIComponent(value)}`,
  'named as an array': (name, value) => `${pair(`${name}[]`, value)}`,
  'named as a member': (name, value) => `${pair(`${name}[a]`, value)}&${pair(`${name}.b`, value)}`,
  'named as a prototype': (name, value) => `${pair(name, value)}&__proto__=x&constructor=x&toString=x`,
  'a URL of elsewhere': (name) => pair(name, 'https://evil.example/'),
  markup: (name) => pair(name, '"><script>alert(1)</script>'),
}

/** What stands in JSON instead of a text. */
const spoiltMembers: readonly unknown[] = [null, 0, true, [], ['x'], {}, { toString: 'x' }, '\u0000', '\ud800']

/** Sends each parameter of a good request spoilt in each way, and holds every answer to what no bad input may break. */
export async function expectSoundRefusals(endpoint: SpoiltEndpoint): Promise<void> {
  const good = encode(endpoint.parameters)
  await expectSound(endpoint, await send(endpoint, good), 'as it should be')
  for (const name of Object.keys(endpoint.parameters)) {
    for (const [how, spoil] of Object.entries(spoilings)) {
      const { [name]: value = '', ...others } = endpoint.parameters
      const answer = await send(endpoint, `${encode(others)}&${spoil(name, value)}`)
      await expectSound(endpoint, answer, `${name} ${how}`)
      // RFC 6749 §3.1, §3.2: parameters must not be included more than once.
      if (how.startsWith('repeated')) expect(isRefusal(answer), `${name} ${how}`).toBe(true)
    }
    if (endpoint.method === 'GET') continue
    for (const member of spoiltMembers) {
      const what = `${name} as JSON ${JSON.stringify(member)}`
      await expectSound(endpoint, await sendJson(endpoint, { ...endpoint.parameters, [name]: member }), what)
    }
  }
}

function encode(parameters: Readonly<Record<string, string>>): string {
  return Object.entries(parameters)
    .map(([name, value]) => pair(name, value))
    .join('&')
}

function send({ url, method, headers = {} }: SpoiltEndpoint, encoded: string): Promise<Response> {
  if (method === 'GET') return fetch(`${url}?${encoded}`, { headers, redirect: 'manual' })
  const type = { 'content-type': 'application/x-www-form-urlencoded' }
  return fetch(url, { method, headers: { ...headers, ...type }, body: encoded, redirect: 'manual' })
}

function sendJson({ url, method, headers = {} }: SpoiltEndpoint, body: object): Promise<Response> {
  const type = { 'content-type': 'application/json' }
  return fetch(url, { method, headers: { ...headers, ...type }, body: JSON.stringify(body), redirect: 'manual' })
}

function isRefusal({ status, headers }: Response): boolean {
  return status >= 400 || /[?&]error=/.test(headers.get('location') ?? '')
}

async function expectSound({ errors, addresses, url }: SpoiltEndpoint, answer: Response, what: string): Promise<void> {
  const { status, headers } = answer
  const text = await answer.text()
  expect(status, `${what}: ${text}`).toBeLessThan(500)
  expect(headers.get('x-injected'), what).toBeNull()
  // Node itself refuses a head of this size, before any of our code.
  if (status === 431) return
  expect(headers.get('cache-control'), what).toContain('no-store')
  expect(text, what).not.toContain('<script>alert')
  const location = headers.get('location')
  if (location !== null) {
    const target = new URL(location, url)
    const isKnown = addresses.some((address) => target.href === address || target.href.startsWith(`${address}?`))
    expect(isKnown, `${what}: ${location}`).toBe(true)
  }
  const error = location === null ? errorOf(text) : new URL(location, url).searchParams.get('error')
  if (error !== null) expect([...errors], `${what}: ${error}`).toContain(error)
}

/** The OAuth error of a JSON answer; null for a page, and for what is no error. */
function errorOf(text: string): string | null {
  if (!text.startsWith('{')) return null
  const { error = null } = JSON.parse(text) as { error?: string | null }
  return error
}
