// Bare Fastify that answers a form post with JSON: what any server of this kind pays, and nothing more.
import type { AddressInfo } from 'node:net'
import fastify from 'fastify'
import { answerBenchmark, type LoadKind, renderForm } from './peer.ts'

const app = fastify()
app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_, body, done) =>
  done(null, Object.fromEntries(new URLSearchParams(String(body)))),
)
app.post('/form', async (request) => ({ seen: Object.keys(request.body as object).length, text: 'x'.repeat(600) }))
await app.listen({ host: '127.0.0.1', port: 0 })
const { port } = app.server.address() as AddressInfo

/** As long as ours, and the same each time. */
const forms: Readonly<Record<LoadKind, Readonly<Record<string, string>>>> = {
  refresh_token: { grant_type: 'refresh_token', client_id: 'ostiary', refresh_token: `or_${'x'.repeat(80)}` },
  client_credentials: { grant_type: 'client_credentials', client_id: 'x'.repeat(26), client_secret: 'x'.repeat(43) },
  authorization_code: {
    grant_type: 'authorization_code',
    client_id: 'x'.repeat(26),
    code: 'x'.repeat(46),
    redirect_uri: 'https://app.example.com/callback',
    code_verifier: 'x'.repeat(43),
  },
  introspection: { token: 'x'.repeat(500), client_id: 'x'.repeat(26), client_secret: 'x'.repeat(43) },
}

answerBenchmark(async ({ kind, count }) => ({
  url: `http://127.0.0.1:${port}/form`,
  forms: new Array<string>(count).fill(renderForm(forms[kind])),
}))
