import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { tokenRequired } from '../packages/guard/src/adapters/express.ts'
import { createGuard } from '../packages/guard/src/create-guard.ts'
import { dpop } from '../packages/guard/src/dpop/dpop.ts'
import { audience, type Scene } from './scene.ts'

/** An API behind a guard that takes bound tokens, whose one route answers who calls. */
export interface GuardedApi extends AsyncDisposable {
  readonly url: URL
}

export async function startGuardedApi({ server }: Scene): Promise<GuardedApi> {
  const app = express()
  app.set('env', 'test')
  const listening = createServer(app)
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
  const guard = createGuard({ issuer: server.issuer, audience, feed: false, dpop: dpop({ origins: [origin] }) })
  app.use('/orders', tokenRequired(guard, { scope: 'orders:read' }), (req, res) => {
    res.json({ caller: req.auth?.subject, method: req.method })
  })
  return {
    url: new URL(`${origin}/orders?page=2`),
    async [Symbol.asyncDispose]() {
      guard.close()
      listening.closeAllConnections()
      await new Promise((resolve) => listening.close(resolve))
    },
  }
}
