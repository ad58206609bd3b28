import { createHash, randomBytes } from 'node:crypto'
import { audience, redirectUri } from '../installation.ts'
import { isFailed } from './act.ts'
import { refresh } from './keep-session.ts'
import type { Load } from './load.ts'
import type { Answer } from './send.ts'
import { digest } from './tokens.ts'

const restMilliseconds = 1000
const againMilliseconds = 200

/** A person in a browser, who signs in and lets an app have codes, one after the other; some are redeemed twice. */
export async function redeemCodes(load: Load, username: string): Promise<void> {
  while (!load.isOver) {
    const cookie = await signIn(load, username)
    if (cookie !== undefined) await giveCodes(load, cookie)
    await load.pause(againMilliseconds)
  }
}

async function signIn(load: Load, username: string): Promise<string | undefined> {
  const form = { username, password: load.installation.password }
  const headers = { accept: 'text/html', origin: load.installation.issuer, 'sec-fetch-site': 'same-origin' }
  const { answer } = await load.perform('sign-in', { path: '/login', form, headers })
  return answer.outcome === 303 ? answer.cookie : undefined
}

/** Until the browser's session is over, or cannot be asked for. */
async function giveCodes(load: Load, cookie: string): Promise<void> {
  while (!load.isOver) {
    const verifier = randomBytes(32).toString('base64url')
    const code = await authorize(load, cookie, createHash('sha256').update(verifier).digest('base64url'))
    if (code === undefined) return
    const copies = Math.random() < 0.25 ? 2 : 1
    const answers = await Promise.all(Array.from({ length: copies }, () => exchange(load, code, verifier)))
    const families = answers.map((answer) => load.openFamily(answer, load.installation.appId))
    const family = families.find((one) => one !== undefined)
    // A code that comes twice takes its session along (RFC 6749 §4.1.2).
    if (family !== undefined && copies > 1) load.endFamily(family)
    else if (family !== undefined && (await refresh(load, family)) === 'over') load.endFamily(family)
    await load.pause(restMilliseconds)
  }
}

async function authorize(load: Load, cookie: string, challenge: string): Promise<string | undefined> {
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: load.installation.appId, redirect_uri: redirectUri, resource: audience },
    ...{ code_challenge: challenge, code_challenge_method: 'S256' },
  })
  const { answer } = await load.perform('authorize', {
    method: 'GET',
    path: `/authorize?${query}`,
    headers: { accept: 'text/html', cookie },
  })
  if (answer.location === undefined || !answer.location.startsWith(redirectUri)) return undefined
  return new URL(answer.location).searchParams.get('code') ?? undefined
}

/** A client that hears nothing tries once more: that gives tokens, unless the first time did. */
async function exchange(load: Load, code: string, verifier: string): Promise<Answer> {
  const form = {
    ...{ grant_type: 'authorization_code', client_id: load.installation.appId, redirect_uri: redirectUri },
    ...{ code, code_verifier: verifier },
  }
  const first = await load.perform('exchange', { path: '/token', form }, { code: digest(code) })
  if (!isFailed(first.noted)) return first.answer
  await load.pause(againMilliseconds)
  return (await load.perform('exchange', { path: '/token', form }, { code: digest(code) })).answer
}
