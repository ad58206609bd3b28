import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGuard, type Guard } from '@ostiary/guard'
import type { Installation } from '../server/start-ostiary.ts'
import type { Asker } from './ask.ts'

/** Somebody who does the same thing over and over. */
export interface Actor {
  readonly name: string
  /** From one time to the next. */
  readonly everyMilliseconds: number
  act(time: number): Promise<void>
  end?(): void
}

interface Scene {
  readonly installation: Installation
  readonly asker: Asker
  readonly app: string
  readonly machine: Readonly<Record<string, string>>
  readonly admin: Readonly<Record<string, string>>
  /** Access tokens that are good for a while. */
  readonly tokens: string[]
}

const redirectUri = 'https://app.example/callback'

/** Registers clients whose sessions are short, and gives everybody who acts. */
export function makeActors(installation: Installation, asker: Asker): readonly Actor[] {
  const { audience, run } = installation
  run(['api', 'update', '--audience', audience, '--lifetime', '30'])
  const create = (...args: string[]) =>
    JSON.parse(run(['client', 'create', '--name', 'Soak', '--json', ...args])) as Record<string, string>
  const confidential = (...args: string[]) => {
    const { client_id = '', client_secret = '' } = create('--type', 'confidential', ...args)
    return { client_id, client_secret }
  }
  const app = create(
    ...['--type', 'public', '--redirect-uri', redirectUri, '--first-party', '--idle', '1m', '--lifetime', '2m'],
  )
  const scene: Scene = {
    installation,
    asker,
    app: app.client_id ?? '',
    machine: confidential('--grant', 'client_credentials', '--scope', 'orders:read', `introspect:${audience}`),
    admin: confidential(
      ...['--grant', 'client_credentials', '--scope'],
      ...['accounts:read', 'sessions:read', 'audit:read', 'clients:read'],
    ),
    tokens: [],
  }
  return [
    logsIn(scene),
    followsCodes(scene),
    isMachine(scene),
    isGuarded(scene),
    reconnects(scene),
    administers(scene),
    isRefused(scene),
    goesAway(scene),
    looksAfter(scene),
  ]
}

/** A program logs a person in, refreshes, and ends the session, or lets it end by itself. */
function logsIn({ installation, asker, app, tokens }: Scene): Actor {
  const { logins, audience } = installation
  return {
    name: 'logins and refreshes',
    everyMilliseconds: 700,
    async act(time) {
      const login = logins[time % logins.length]
      const body = JSON.stringify({ ...login, client_id: app, audience })
      const headers = { 'content-type': 'application/json' }
      const answer = await asker.ask({ path: '/login', method: 'POST', headers, body }, 200)
      let grant = JSON.parse(answer.text) as Readonly<Record<string, string>>
      for (let times = 0; times < 4; times += 1) {
        const { refresh_token = '' } = grant
        grant = await asker.postForm('/token', { grant_type: 'refresh_token', client_id: app, refresh_token })
      }
      tokens.push(grant.access_token ?? '')
      if (tokens.length > 20) tokens.shift()
      if (time % 2 === 0) await asker.postForm('/revoke', { client_id: app, token: grant.refresh_token ?? '' })
    },
  }
}

/** A browser signs in, and an app gets its tokens by a code. */
function followsCodes({ installation: { logins, url }, asker, app }: Scene): Actor {
  return {
    name: 'code flow',
    everyMilliseconds: 1500,
    async act(time) {
      const headers = {
        accept: 'text/html',
        origin: url,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      }
      const body = new URLSearchParams({ ...logins[time % logins.length] }).toString()
      const signedIn = await asker.ask({ path: '/login', method: 'POST', headers, body }, 303)
      const cookie = signedIn.cookies.map((text) => text.split(';', 1)[0]).join('; ')
      const verifier = randomBytes(32).toString('base64url')
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: app,
        redirect_uri: redirectUri,
        scope: 'openid',
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      const page = { accept: 'text/html', cookie }
      const sent = await asker.ask({ path: `/authorize?${query}`, method: 'GET', headers: page }, 303)
      const code = new URL(sent.location, url).searchParams.get('code') ?? ''
      const redeem = { client_id: app, code, redirect_uri: redirectUri, code_verifier: verifier }
      await asker.postForm('/token', { grant_type: 'authorization_code', ...redeem })
      await asker.ask({ path: '/account', method: 'GET', headers: page }, 200)
      const leave = { ...headers, cookie }
      await asker.ask({ path: '/logout', method: 'POST', headers: leave, body: '' }, 303)
    },
  }
}

/** A program of its own: tokens, introspection, revocation. */
function isMachine({ asker, machine }: Scene): Actor {
  return {
    name: 'client credentials, introspection, revocation',
    everyMilliseconds: 300,
    async act(time) {
      const { access_token: token = '' } = await asker.postForm('/token', {
        grant_type: 'client_credentials',
        ...machine,
      })
      await asker.postForm('/introspect', { token, ...machine })
      if (time % 4 !== 0) return
      await asker.postForm('/revoke', { token, ...machine })
      const { active } = await asker.postForm('/introspect', { token, ...machine })
      if (String(active) !== 'false') throw new Error('a revoked token is introspected as active')
    },
  }
}

/** APIs whose guards follow the feed, start anew now and then, and refuse what was revoked. */
function isGuarded({ installation, asker, app, tokens }: Scene): Actor {
  const { issuer, audience, logins } = installation
  const guards: Guard[] = []
  const startOne = async () => {
    const guard = createGuard({ issuer, audience })
    guards.push(guard)
    while (guard.state().feed.state !== 'live') await sleep(10)
  }
  return {
    name: 'guards',
    everyMilliseconds: 2000,
    async act(time) {
      while (guards.length < 4) await startOne()
      if (time % 5 === 4) {
        guards.shift()?.close()
        await startOne()
      }
      for (const token of tokens) for (const guard of guards) await guard.check(presenting(token))
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ ...logins[time % logins.length], client_id: app, audience })
      const { text } = await asker.ask({ path: '/login', method: 'POST', headers, body }, 200)
      const { access_token: token = '', refresh_token = '' } = JSON.parse(text) as Record<string, string>
      if ((await guards[0]?.check(presenting(token)))?.kind !== 'authenticated')
        throw new Error('a good token is refused')
      await asker.postForm('/revoke', { client_id: app, token: refresh_token })
      for (const guard of guards) await untilRefused(guard, token)
    },
    end() {
      for (const guard of guards) guard.close()
    },
  }
}

function presenting(token: string) {
  return {
    method: 'GET',
    url: '/',
    header: (name: string) => (name === 'authorization' ? `Bearer ${token}` : undefined),
  }
}

/** Guards promise a second, on a machine that has time for them. */
async function untilRefused(guard: Guard, token: string): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end; await sleep(10))
    if ((await guard.check(presenting(token))).kind === 'refused') return
  throw new Error('a revoked token was accepted for ten seconds')
}

/** Readers of the feed that come and go, some of them without saying so. */
function reconnects({ installation: { url } }: Scene): Actor {
  return {
    name: 'feed, reconnecting',
    everyMilliseconds: 500,
    act: () =>
      new Promise((resolve, reject) => {
        const request = get(`${url}/revocation-feed?after=0`, { agent: false }, (response) => {
          response.once('data', () => {
            request.destroy()
            resolve()
          })
        })
        request.once('error', reject)
      }),
  }
}

/** What the console asks for, and its own files. */
function administers({ asker, admin }: Scene): Actor {
  let [token, freshUntil] = ['', 0]
  return {
    name: 'console',
    everyMilliseconds: 1000,
    async act() {
      if (performance.now() > freshUntil) {
        const form = { grant_type: 'client_credentials', resource: 'urn:ostiary:admin', ...admin }
        const answer = await asker.postForm('/token', form)
        token = answer.access_token ?? ''
        freshUntil = performance.now() + (Number(answer.expires_in) - 20) * 1000
      }
      const headers = { authorization: `Bearer ${token}` }
      for (const list of ['accounts?q=person', 'sessions?limit=20', 'audit/events?limit=20', 'clients'])
        await asker.getJson(`/admin/api/v1/${list}`, headers)
      await asker.ask({ path: '/console/', method: 'GET', headers: { accept: 'text/html' } }, 200)
    },
  }
}

/** Wrong passwords, forged tokens, and what is no HTTP. */
function isRefused({ installation: { url, audience }, asker, app }: Scene): Actor {
  return {
    name: 'refusals',
    everyMilliseconds: 1000,
    async act(time) {
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ username: `nobody-${time}`, password: 'not a password of anybody', audience })
      await asker.ask({ path: '/login', method: 'POST', headers, body }, 401, 429)
      const forged = `or_${randomBytes(60).toString('base64url')}`
      await asker.postForm('/token', { grant_type: 'refresh_token', client_id: app, refresh_token: forged }, 400)
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      socket.end('GET / HTTP/9.9\r\n\r\n')
      socket.resume()
      await once(socket, 'close')
    },
  }
}

/** Clients that close their connection in the midst of a login. */
function goesAway({ installation: { url, logins, audience }, asker }: Scene): Actor {
  return {
    name: 'clients that go away',
    everyMilliseconds: 1500,
    async act(time) {
      const body = JSON.stringify({ ...logins[time % logins.length], audience })
      const socket = connect(Number(new URL(url).port), '127.0.0.1')
      const head = `POST /login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
      socket.write(head + body.slice(0, time % 3 === 0 ? 10 : undefined))
      await sleep(5)
      socket.destroy()
      await asker.ask({ path: '/healthz', method: 'GET', headers: {} }, 200)
    },
  }
}

/** Whoever watches a server. */
function looksAfter({ asker }: Scene): Actor {
  return {
    name: 'health, keys and metrics',
    everyMilliseconds: 1000,
    async act(time) {
      for (const path of ['/healthz', '/readyz', '/.well-known/openid-configuration'])
        await asker.ask({ path, method: 'GET', headers: {} }, 200)
      if (time % 10 === 0) await asker.ask({ path: '/metrics', method: 'GET', headers: {} }, 200)
    },
  }
}
