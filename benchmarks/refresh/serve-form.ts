// Bare Fastify that answers a form post with JSON: what any server of this kind pays, and nothing more.
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { answerBenchmark } from './peer.ts'

const app = fastify()
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(String(body)))),
)
app.post('/form', async (request) => ({ seen: Object.keys(request.body as object).length, text: 'x'.repeat(600) }))
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo

answerBenchmark(async ({ sessions }) => ({
  url: `http://127.0.0.1:${port}/form`,
  clientId: 'ostiary',
  // As long as ours, and the same each time.
  refreshTokens: new Array<string>(sessions).fill(`or_${'x'.repeat(80)}`),
}))
