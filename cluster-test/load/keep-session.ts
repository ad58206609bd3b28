import { audience } from '../installation.ts'
import { isFailed } from './act.ts'
import type { Family, Load } from './load.ts'
import { readRefreshToken } from './tokens.ts'

const ownClient = 'ostiary'
const restMilliseconds = 700
/** Before a client tries again what failed. */
const againMilliseconds = 200

/** A person who logs in, keeps the session by refreshing it, logs out now and then, and logs in again whenever it is over. */
export async function keepSession(load: Load, username: string): Promise<void> {
  while (!load.isOver) {
    const family = await logIn(load, username)
    if (family === undefined) await load.pause(againMilliseconds)
    else await stay(load, family)
  }
}

async function logIn(load: Load, username: string): Promise<Family | undefined> {
  const form = { username, password: load.installation.password, audience }
  const { answer } = await load.perform('login', { path: '/login', form })
  return load.openFamily(answer, ownClient)
}

async function stay(load: Load, family: Family): Promise<void> {
  for (;;) {
    await load.pause(restMilliseconds)
    if (load.isOver) return
    if (Math.random() < 0.03) return logOut(load, family)
    if ((await refresh(load, family)) === 'over') return load.endFamily(family)
  }
}

/** A failed refresh is repeated with the same token until it is answered; that must work, however often. */
export async function refresh(load: Load, family: Family): Promise<'done' | 'over' | 'failed'> {
  for (;;) {
    const presented = family.refreshToken
    // Several tabs, or a retry that overtakes: now and then the same token comes more than once at the same moment.
    const copies = Math.random() < 0.15 ? 3 : 1
    const outcomes = await Promise.all(Array.from({ length: copies }, () => present(load, family, presented)))
    if (outcomes.includes('over')) return 'over'
    if (outcomes.includes('done')) {
      // As if the answer had been lost on the way.
      return Math.random() < 0.1
        ? present(load, family, presented).then((last) => (last === 'over' ? last : 'done'))
        : 'done'
    }
    if (load.isOver) return 'failed'
    await load.pause(againMilliseconds)
  }
}

async function present(load: Load, family: Family, refreshToken: string): Promise<'done' | 'over' | 'failed'> {
  const { session, generation } = readRefreshToken(refreshToken)
  const form = { grant_type: 'refresh_token', client_id: family.clientId, refresh_token: refreshToken }
  const about = { session, generation, account: family.account }
  const { noted, answer } = await load.perform('refresh', { path: '/token', form }, about)
  if (isFailed(noted)) return 'failed'
  const { refresh_token: successor, access_token: accessToken } = answer.body
  if (typeof successor !== 'string' || typeof accessToken !== 'string') return 'over'
  if (readRefreshToken(successor).generation >= readRefreshToken(family.refreshToken).generation) {
    family.refreshToken = successor
    family.accessToken = accessToken
  }
  return 'done'
}

async function logOut(load: Load, family: Family): Promise<void> {
  const watch = `log-out-${family.session}`
  load.watch(watch, family.accessToken)
  const form = { token: family.refreshToken, client_id: family.clientId }
  const about = { session: family.session, account: family.account, watch }
  for (;;) {
    const { noted } = await load.perform('log-out', { path: '/revoke', form }, about)
    if (!isFailed(noted) || load.isOver) break
    await load.pause(againMilliseconds)
  }
  load.endFamily(family)
}
