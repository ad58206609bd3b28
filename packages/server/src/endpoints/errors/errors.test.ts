import { expect, test } from 'vitest'
import { startTestServer } from '../../../testing/test-server.ts'
import { oauthErrorCodes } from '../oauth-error-codes.ts'
import { problemCodes } from '../problem-codes.ts'

test('RFC 6749 §5.2: error_uri of a refusal leads to a page of its code, and its incident id is the one of the log', async ({
  onTestFinished,
}) => {
  const server = await startTestServer()
  onTestFinished(() => server.stop())
  const answer = await fetch(`${server.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'password', client_id: 'ostiary' }),
  })
  const body = (await answer.json()) as Record<string, string>
  expect(body).toMatchObject({
    error: 'unsupported_grant_type',
    error_uri: `${server.issuer}/errors/unsupported_grant_type`,
    incident_id: answer.headers.get('x-request-id'),
  })
  const page = await fetch(body.error_uri ?? '')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
  expect(await page.text()).toContain(oauthErrorCodes.unsupported_grant_type.remedy)
})

test('RFC 9457 §3.1.1: every code of a problem and of OAuth has its page, and nothing else has one', async ({
  onTestFinished,
}) => {
  const server = await startTestServer()
  onTestFinished(() => server.stop())
  for (const code of Object.keys({ ...problemCodes, ...oauthErrorCodes })) {
    const page = await fetch(`${server.issuer}/errors/${code}`)
    expect([code, page.status]).toEqual([code, 200])
    expect(await page.text()).toContain(`<h1><code>${code}</code></h1>`)
  }
  for (const code of ['nothing', 'constructor', '__proto__', '%00', '<script>']) {
    const page = await fetch(`${server.issuer}/errors/${code}`)
    const problem = (await page.json()) as { code: string; type: string }
    expect([page.status, problem.code]).toEqual([404, 'not_found'])
    expect(problem.type).toBe(`${server.issuer}/errors/not_found`)
  }
})
