import { expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addAccount, addApi, logIn, startTestServer } from '../../../testing/test-server.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

forEachDatabase('/metrics', ({ createUrl }) => {
  it('counts requests, latencies, logins by outcome, waiting hashes and issued tokens, with no name or address in it', async () => {
    const server = await startTestServer({ databaseUrl: await createUrl() })
    try {
      await addAccount(server, 'ada', password)
      await addApi(server, { audience })
      await logIn(server, { username: 'ada', password, audience })
      await logIn(server, { username: 'ada', password: 'wrong', audience })
      await logIn(server, { username: 'ada', password, audience: 'urn:none' })
      await fetch(`${server.issuer}/some/unknown/path?token=abc`)
      const answer = await fetch(`${server.issuer}/metrics`)
      expect(answer.headers.get('content-type')).toContain('text/plain')
      const text = await answer.text()
      for (const line of [
        'ostiary_logins_total{outcome="succeeded"} 1',
        'ostiary_logins_total{outcome="refused"} 1',
        'ostiary_logins_total{outcome="invalid_target"} 1',
        'ostiary_access_tokens_issued_total{algorithm="ES256",grant="password"} 1',
        'ostiary_password_hash_wait_seconds_count',
        'ostiary_database_write_seconds_count',
        'ostiary_signing_key_age_seconds{algorithm="ES256"}',
        'ostiary_sessions_live 0',
        'ostiary_clock_difference_seconds ',
        'ostiary_password_hashes{state="waiting"} 0',
        'http_request_duration_seconds_count{method="POST",route="/login",status="200"} 1',
        'http_request_duration_seconds_count{method="GET",route="(none)",status="404"} 1',
        'ostiary_requests_under_way{importance="ordinary",state="waiting"} 0',
        'ostiary_requests_turned_away_total{importance="prompt"} 0',
        'ostiary_connections ',
        'ostiary_connections_cut_off_total 0',
        'process_resident_memory_bytes',
      ]) {
        expect(text).toContain(line)
      }
      for (const secret of ['ada', 'abc', audience, '127.0.0.1']) expect(text).not.toContain(secret)
    } finally {
      await server.stop()
    }
  })
})
