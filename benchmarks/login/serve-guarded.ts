// An API in a process of its own, guarded with the keys that it fetches from the server.
import type { AddressInfo } from 'node:net'
import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/fastify'
import fastify from 'fastify'

export interface GuardedOrder {
  readonly issuer: string
  readonly audience: string
}

export interface GuardedReply {
  readonly url: string
}

process.on('message', async ({ issuer, audience }: GuardedOrder) => {
  const guard = createGuard({ issuer, audience })
  const app = fastify()
  app.get('/orders', { onRequest: tokenRequired(guard) }, async () => ({ orders: [] }))
  await app.listen({ host: '127.0.0.1', port: 0 })
  process.send?.({ url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}` } satisfies GuardedReply)
})
process.on('disconnect', () => process.exit())
