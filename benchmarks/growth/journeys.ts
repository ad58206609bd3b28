import { createHash } from 'node:crypto'
import { loadConfig } from '../../packages/server/src/config.ts'
import { findSession } from '../../packages/server/src/domain/sessions/find-session.ts'
import { deriveCurrentToken } from '../../packages/server/src/domain/sessions/refresh-token.ts'
import { openInstallation } from '../../packages/server/src/installation.ts'
import { type Answer, type Exchange, keepConnections, send } from '../measuring/send-requests.ts'
import { renderForm } from '../peers/peer.ts'
import type { Installation } from '../server/start-ostiary.ts'
import { growthPassword, sessionId } from './make-rows.ts'

/** One kind of request, asked again and again of accounts and sessions that nobody could foresee. */
export interface Journey {
  readonly name: string
  /** So many one after the other make a turn. */
  readonly perTurn: number
  /** Answers 200, or the run ends. */
  ask(): Promise<Answer>
}

interface Client {
  readonly client_id: string
  readonly client_secret: string
}

/** Asks one installation. */
type Ask = (question: Omit<Exchange, 'url'> & { readonly path: string }) => Promise<Answer>

/** What the journeys of one installation need. */
export interface Traveller {
  readonly journeys: readonly Journey[]
  /** The next refresh token that nobody has used. */
  nextRefreshForm(): string
  close(): void
}

export interface TravellerOptions {
  readonly accounts: number
  /** How many refresh tokens are made beforehand: each is used once. */
  readonly refreshes: number
  /** At most so many at once. Default: 1. */
  readonly connections?: number
}

const ONE_TURN = 20
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** Before its server runs: clients, and refresh tokens of sessions all over the table. */
export async function prepareTraveller(
  installation: Installation,
  { accounts, refreshes, connections = 1 }: TravellerOptions,
): Promise<() => Promise<Traveller>> {
  const create = (...args: string[]) =>
    JSON.parse(
      installation.run(['client', 'create', '--name', 'Growth', '--type', 'confidential', '--json', ...args]),
    ) as Client
  const api = create('--scope', `introspect:${installation.audience}`)
  const reading = ['accounts:read', 'sessions:read', 'audit:read']
  const operator = create('--grant', 'client_credentials', '--scope', ...reading)
  const forms = await makeRefreshForms(installation, accounts, refreshes)
  return () => startTraveller(installation, { accounts, forms, api, operator, connections })
}

/** As the sessions’ clients hold them. */
async function makeRefreshForms(installation: Installation, accounts: number, count: number): Promise<string[]> {
  const { environment } = installation
  const opened = await openInstallation(loadConfig({ environment, folder: String(environment.OSTIARY_DATA_DIR) }))
  try {
    const forms: string[] = []
    for (const index of spread(accounts, count)) {
      const session = await findSession(opened.database.read, sessionId(index))
      if (session === undefined) throw new Error(`the session ${index} is not there`)
      const token = await deriveCurrentToken(opened.refreshKeys, session)
      forms.push(renderForm({ grant_type: 'refresh_token', client_id: 'ostiary', refresh_token: token }))
    }
    return forms
  } finally {
    await opened.close()
  }
}

/** Numbers below `below` in no order that a cache could guess, each once, and always the same. */
function spread(below: number, count: number): number[] {
  const numbers = new Set<number>()
  for (let at = 0; numbers.size < Math.min(count, below); at += 1) numbers.add(pick(below, `spread ${at}`))
  return [...numbers]
}

function pick(below: number, name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % below
}

interface TravellerParts {
  readonly accounts: number
  readonly forms: string[]
  readonly connections: number
  readonly api: Client
  readonly operator: Client
}

async function startTraveller(installation: Installation, parts: TravellerParts): Promise<Traveller> {
  const agent = keepConnections(parts.connections)
  const ask: Ask = ({ path, ...question }) => send({ ...question, url: installation.url + path }, agent)
  const { forms } = parts
  const nextRefreshForm = () => {
    const form = forms.pop()
    if (form === undefined) throw new Error('every refresh token has been used')
    return form
  }
  const journeys = [
    ...tokenJourneys(installation, ask, { ...parts, nextRefreshForm }),
    await accountPageJourney(installation, ask, parts.accounts),
    ...adminJourneys(ask, parts),
  ]
  return { journeys, nextRefreshForm, close: () => agent.destroy() }
}

function tokenJourneys(
  { audience, url }: Installation,
  ask: Ask,
  { accounts, api, nextRefreshForm }: TravellerParts & { readonly nextRefreshForm: () => string },
): readonly Journey[] {
  let turn = 0
  const tokens: { readonly access: string; readonly refresh: string }[] = []
  const keep = (answer: Answer): Answer => {
    const { access_token, refresh_token } = JSON.parse(answer.text) as { access_token: string; refresh_token: string }
    // Those of the last minute: others may have expired.
    tokens.unshift({ access: access_token, refresh: refresh_token })
    tokens.length = Math.min(tokens.length, 4 * ONE_TURN)
    return answer
  }
  const logIn = async (parity: 0 | 1) => {
    turn += 1
    const index = 2 * pick(accounts / 2, `login ${turn}`) + parity
    const body = JSON.stringify({ username: `user-${index}`, password: growthPassword, audience })
    const headers = { 'content-type': 'application/json' }
    return keep(await expectOk(ask, { method: 'POST', path: '/login', headers, body }))
  }
  const post = (path: string, form: string) => expectOk(ask, { method: 'POST', path, headers: FORM, body: form })
  const token = () => tokens[pick(tokens.length, `token ${turn++}`)]
  return [
    { name: 'login, with its hash', perTurn: 4, ask: () => logIn(1) },
    { name: 'login, without', perTurn: ONE_TURN, ask: () => logIn(0) },
    { name: 'refresh', perTurn: ONE_TURN, ask: async () => keep(await post('/token', nextRefreshForm())) },
    {
      name: 'introspection',
      perTurn: ONE_TURN,
      async ask() {
        const answer = await post('/introspect', renderForm({ token: token()?.access ?? '', ...credentials(api) }))
        if (!answer.text.includes('"active":true')) throw new Error(`${url} knows nothing of its token: ${answer.text}`)
        return answer
      },
    },
    {
      name: 'revocation of a session',
      perTurn: 5,
      ask: () => post('/revoke', renderForm({ token: tokens.shift()?.refresh ?? '', client_id: 'ostiary' })),
    },
  ]
}

function credentials({ client_id, client_secret }: Client): Record<string, string> {
  return { client_id, client_secret }
}

/** As a browser sees it: 20 people signed in before. */
async function accountPageJourney(installation: Installation, ask: Ask, accounts: number): Promise<Journey> {
  const cookies: string[] = []
  const headers = { ...FORM, accept: 'text/html', origin: installation.url, 'sec-fetch-site': 'same-origin' }
  for (let turn = 0; turn < 20; turn += 1) {
    const username = `user-${2 * pick(accounts / 2, `page ${turn}`)}`
    const body = renderForm({ username, password: growthPassword })
    const answer = await ask({ method: 'POST', path: '/login', headers, body })
    cookies.push(answer.cookies.map((cookie) => cookie.split(';')[0]).join('; '))
  }
  let turn = 0
  return {
    name: 'account page',
    perTurn: 5,
    ask() {
      turn += 1
      const cookie = cookies[turn % cookies.length] ?? ''
      return expectOk(ask, { method: 'GET', path: '/account', headers: { accept: 'text/html', cookie } })
    },
  }
}

function adminJourneys(ask: Ask, { accounts, operator }: TravellerParts): readonly Journey[] {
  let [token, freshUntil, turn] = ['', 0, 0]
  const get = async (path: string) => {
    if (performance.now() >= freshUntil) {
      const form = { grant_type: 'client_credentials', resource: 'urn:ostiary:admin', ...credentials(operator) }
      const { text } = await expectOk(ask, { method: 'POST', path: '/token', headers: FORM, body: renderForm(form) })
      token = String(JSON.parse(text).access_token)
      freshUntil = performance.now() + 60_000
    }
    const headers = { authorization: `Bearer ${token}` }
    return expectOk(ask, { method: 'GET', path: `/admin/api/v1${path}`, headers })
  }
  const someone = () => `user-${pick(accounts, `someone ${turn++}`)}`
  return [
    { name: 'console: `user-7`', perTurn: 5, ask: () => get('/accounts?q=user-7&limit=20') },
    { name: 'console: an address', perTurn: 5, ask: () => get(`/accounts?q=${someone()}%40example.com&limit=20`) },
    { name: 'console: latest accounts', perTurn: 5, ask: () => get('/accounts?limit=20') },
    { name: 'console: live sessions', perTurn: 5, ask: () => get('/sessions?live=true&limit=20') },
    { name: 'console: latest events', perTurn: 5, ask: () => get('/audit/events?limit=20') },
  ]
}

async function expectOk(ask: Ask, question: Parameters<Ask>[0]): Promise<Answer> {
  const answer = await ask(question)
  if (answer.status === 200) return answer
  throw new Error(`${question.method} ${question.path}: ${answer.status} ${answer.text.slice(0, 300)}`)
}
