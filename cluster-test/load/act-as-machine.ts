import { audience } from '../installation.ts'
import type { Load } from './load.ts'

/** A program that gets tokens for itself. */
export async function actAsMachine(load: Load): Promise<void> {
  const { clientId, clientSecret } = load.installation.machine
  const form = { grant_type: 'client_credentials', resource: audience }
  const headers = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` }
  while (!load.isOver) {
    await load.perform('client-credentials', { path: '/token', form, headers })
    await load.pause(400)
  }
}
