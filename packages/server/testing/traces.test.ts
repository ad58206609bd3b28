import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { readTracingSettings } from '../src/platform/tracing/tracing-settings.ts'
import { forEachDatabase } from './database.ts'
import { OtlpReceiver, type ReceivedSpan } from './otlp-receiver.ts'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from './test-server.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const callersSpan = '00f067aa0ba902b7'
const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function startTraced(
  variables: Readonly<Record<string, string>>,
  databaseUrl?: string,
): Promise<{ server: TestServer; stop: () => Promise<void> }> {
  const tracing = readTracingSettings(variables)
  const server = await startTestServer({ config: { tracing }, ...(databaseUrl !== undefined && { databaseUrl }) })
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= server.stop()
    return stopped
  }
  closing.push(stop)
  await addAccount(server, 'adalovelace', password)
  await addApi(server, { audience })
  return { server, stop }
}

async function startReceiver(options?: { answers?: boolean }): Promise<OtlpReceiver> {
  const receiver = await OtlpReceiver.start(options)
  closing.push(() => receiver.stop())
  return receiver
}

function postLogin(issuer: string, headers: Record<string, string> = {}, typed = password): Promise<Response> {
  const body = new URLSearchParams({ username: 'adalovelace', password: typed, audience })
  return fetch(`${issuer}/login?hint=in-the-query`, { method: 'POST', body, headers })
}

/** The names from the span up to the outermost one that was received. */
function pathOf(spans: readonly ReceivedSpan[], span: ReceivedSpan): string[] {
  const parent = spans.find((one) => one.spanId === span.parentSpanId && one.traceId === span.traceId)
  return parent ? [...pathOf(spans, parent), span.name] : [span.name]
}

forEachDatabase('traces', ({ dialect, createUrl }) => {
  it('W3C Trace Context §3.2: a login continues its caller’s trace, and its spans stand below one another as the work does', async () => {
    const receiver = await startReceiver()
    const { server, stop } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }, await createUrl())
    const answer = await postLogin(server.issuer, { traceparent: `00-${traceId}-${callersSpan}-01` })
    expect(answer.status).toBe(200)
    await stop()
    const spans = receiver.spans.filter((span) => span.traceId === traceId)
    const paths = spans.map((span) => pathOf(spans, span).join(' > '))
    // The key ring looks at the database now and then, for whoever needs it next.
    const regular = paths.filter((one) => one !== 'POST /login > token sign > database read')
    expect(new Set(regular)).toEqual(
      new Set([
        'POST /login',
        'POST /login > login verify',
        'POST /login > login verify > database read',
        'POST /login > login verify > hash',
        'POST /login > database read',
        'POST /login > database write',
        'POST /login > database write > database transaction',
        'POST /login > token sign',
      ]),
    )
    expect(spans.find((span) => span.name === 'POST /login')).toMatchObject({
      parentSpanId: callersSpan,
      kind: 2,
      attributes: { 'http.request.method': 'POST', 'http.route': '/login', 'http.response.status_code': 200 },
    })
    expect(spans.find((span) => span.name === 'database write')).toMatchObject({
      kind: 3,
      attributes: { 'db.system.name': dialect },
    })
    expect(spans.find((span) => span.name === 'login verify')?.attributes).toEqual({
      'ostiary.login.outcome': 'verified',
    })
    expect(receiver.resources[0]).toMatchObject({ 'service.name': 'ostiary' })
  })

  it('no name, password, token, query, address or error text is in anything that leaves', async () => {
    const receiver = await startReceiver()
    const { server, stop } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint }, await createUrl())
    const answer = await logIn(server, { username: 'adalovelace', password, audience })
    const tokens: { readonly access_token: string; readonly refresh_token: string } = await answer.json()
    const refusals = [
      postLogin(server.issuer, { 'user-agent': 'a-browser/1' }, 'a wrong password'),
      fetch(`${server.issuer}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token }),
      }),
      fetch(`${server.issuer}/userinfo`, { headers: { authorization: `Bearer ${tokens.access_token}` } }),
      fetch(`${server.issuer}/nowhere/in-the-path?token=in-the-query`),
    ]
    const requestIds = (await Promise.all(refusals)).map((answer) => answer.headers.get('x-request-id'))
    await stop()
    const sent = receiver.bodies.join('\n')
    for (const id of requestIds) expect(sent).toContain(id)
    const secrets = [password, 'a wrong password', tokens.access_token, tokens.refresh_token, 'adalovelace', audience]
    const others = [
      'in-the-query',
      'in-the-path',
      '127.0.0.1',
      'a-browser',
      'select ',
      'insert ',
      ...server.config.secrets,
    ]
    for (const text of [...secrets, ...others]) expect(sent.toLowerCase()).not.toContain(text.toLowerCase())
    expect(receiver.spans.flatMap((span) => span.events ?? [])).toEqual([])
  })
})

describe('a traced server', () => {
  it('log lines of a request carry the trace that its spans are in', async () => {
    const receiver = await startReceiver()
    const { server, stop } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint })
    await postLogin(server.issuer, { traceparent: `00-${traceId}-${callersSpan}-01` })
    await stop()
    const lines = server
      .logText()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
    const answered = lines.find((line) => line.msg === 'answered' && line.route === '/login')
    const span = receiver.spans.find((one) => one.name === 'POST /login')
    expect(answered).toMatchObject({
      trace_id: traceId,
      span_id: span?.spanId,
      requestId: span?.attributes['ostiary.request_id'],
    })
  })

  it('OTEL_PROPAGATORS=none: a caller does not choose the trace', async () => {
    const receiver = await startReceiver()
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_PROPAGATORS: 'none' }
    const { server, stop } = await startTraced(variables)
    await postLogin(server.issuer, { traceparent: `00-${traceId}-${callersSpan}-01` })
    await stop()
    expect(receiver.spans.find((span) => span.name === 'POST /login')?.traceId).toMatch(/^(?!4bf9)[0-9a-f]{32}$/)
  })

  it('OTEL_TRACES_SAMPLER=always_off: nothing is sent', async () => {
    const receiver = await startReceiver()
    const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, OTEL_TRACES_SAMPLER: 'always_off' }
    const { server, stop } = await startTraced(variables)
    await postLogin(server.issuer)
    await stop()
    expect(receiver.spans).toEqual([])
  })

  it.each([
    ['is not there', async () => 'http://127.0.0.1:9'],
    ['takes connections and never answers', async () => (await startReceiver({ answers: false })).endpoint],
  ])('a collector that %s fails no login and holds up no stop; the log says so once', async (_, find) => {
    const { server, stop } = await startTraced({ OTEL_EXPORTER_OTLP_ENDPOINT: await find() })
    for (let login = 0; login < 3; login++) expect((await postLogin(server.issuer)).status).toBe(200)
    // A batch has left meanwhile, or is on its way.
    await sleep(2500)
    expect((await postLogin(server.issuer)).status).toBe(200)
    const begun = performance.now()
    await stop()
    expect(performance.now() - begun).toBeLessThan(5000)
    expect(server.logText().match(/spans could not be sent/g) ?? []).toHaveLength(1)
  })

  it('without an endpoint no line has a trace', async () => {
    const { server, stop } = await startTraced({})
    await postLogin(server.issuer, { traceparent: `00-${traceId}-${callersSpan}-01` })
    await stop()
    expect(server.logText()).toContain('"route":"/login"')
    expect(server.logText()).not.toContain('trace_id')
  })
})
