import { role } from '../installation.ts'
import { type ActName, isFailed } from './act.ts'
import type { Family, Load } from './load.ts'

const restMilliseconds = 800
const againMilliseconds = 200

/** Somebody in support who ends sessions, logs people out everywhere and takes roles away; and again, until it is answered. */
export async function revoke(load: Load): Promise<void> {
  const withoutRole = new Set<string>()
  for (let count = 0; !load.isOver; count += 1) {
    await load.pause(restMilliseconds)
    const families = [...load.live.values()]
    const family = families[Math.floor(Math.random() * families.length)]
    if (family === undefined) continue
    const act = chooseAct(!withoutRole.has(family.account))
    if (act === 'remove-role') withoutRole.add(family.account)
    await revokeOne(load, act, family, `${act}-${count}`)
  }
}

function chooseAct(hasRole: boolean): ActName {
  const drawn = Math.random()
  if (drawn < 0.2) return 'revoke-account'
  return drawn < 0.5 && hasRole ? 'remove-role' : 'revoke-session'
}

async function revokeOne(load: Load, act: ActName, family: Family, watch: string): Promise<void> {
  const { session, account } = family
  const { clientId, clientSecret } = load.installation.support
  const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }
  const named = {
    'revoke-session': { session },
    'revoke-account': { account },
    'remove-role': { account, remove_role: role },
  }
  const json = named[act as keyof typeof named]
  load.watch(watch, family.accessToken)
  for (;;) {
    const about = act === 'revoke-session' ? { session, account, watch } : { account, watch }
    const { noted } = await load.perform(act, { path: '/revocations', json, headers }, about)
    if (!isFailed(noted) || load.isOver) return
    await load.pause(againMilliseconds)
  }
}
