import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGuard, type Guard, type GuardEvent } from '@ostiary/guard'
import { afterEach, expect } from 'vitest'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { recordAuditEvent } from '../src/domain/audit/record-audit-event.ts'
import { verifyAuditLog } from '../src/domain/audit-tree/verify-audit-log.ts'
import { listRecentGuards } from '../src/domain/revocations/list-guards.ts'
import { backUp } from './back-up.ts'
import { forEachDatabase } from './database.ts'
import { testDirectly } from './directly.ts'
import { addConfidentialClient } from './revoking.ts'
import { addApi, startTestServer, type TestServer } from './test-server.ts'

const audience = 'https://api.example.com'

forEachDatabase('guards as witnesses of the audit log', ({ createUrl }) => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  const record = ({ running }: TestServer, count: number) =>
    Promise.all(
      Array.from({ length: count }, () =>
        running.installation.database.write((tx) =>
          recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' }),
        ),
      ),
    )

  async function sizeOf({ issuer }: TestServer): Promise<number> {
    return Number((await (await fetch(`${issuer}/audit/checkpoint`)).text()).split('\n')[1])
  }

  testDirectly(
    'a backup is restored and the server started anew: a guard that remembers tells, and the log says so for ever',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'ostiary-witness-'))
      closing.push(() => rmSync(folder, { recursive: true }))
      const url = await createUrl()
      const first = await startTestServer({ databaseUrl: url, isClockRunning: true })
      await addApi(first, { audience })
      const { id: clientId, secret: clientSecret } = await addConfidentialClient(first, [`introspect:${audience}`])
      await record(first, 5)
      const { issuer, secrets, port } = first.config
      const events: GuardEvent[] = []
      const openGuard = (): Guard => {
        const feed = { name: 'orders-1', credential: { clientId, clientSecret }, auditFile: join(folder, 'audit') }
        const guard = createGuard({ issuer, audience, feed, log: (event) => events.push(event) })
        closing.push(() => guard.close())
        return guard
      }
      const again = (databaseUrl: string): Promise<TestServer> =>
        startTestServer({ databaseUrl, isClockRunning: true, config: { issuer, port, secrets } })
      await first.stop()
      const backup = await backUp(url)
      const going = await again(url)
      await record(going, 20)
      await expect.poll(() => sizeOf(going)).toBeGreaterThan(20)
      const size = await sizeOf(going)
      const guard = openGuard()
      await expect.poll(() => guard.state().feed.audit?.size, { timeout: 5000 }).toBeGreaterThanOrEqual(size)
      const remembered = guard.state().feed.audit?.checkpoint
      // It tells so with its next acknowledgement.
      const { database } = going.running.installation
      await expect
        .poll(async () => (await listRecentGuards(database.read))[0]?.checkpoint, { timeout: 8000 })
        .toBe(remembered)
      guard.close()
      await going.stop()
      const restored = await again(backup)
      closing.push(() => restored.stop())
      const next = openGuard()
      await expect.poll(() => events.some(({ type }) => type === 'audit_alarm'), { timeout: 5000 }).toBe(true)
      expect(next.state().feed.audit?.evidence).toBe(remembered)
      const { database: after, auditSigner } = restored.running.installation
      const listBroken = () => listAuditEvents(after.read, { act: 'audit.broken', limit: 5 })
      await expect.poll(async () => (await listBroken()).length, { timeout: 8000 }).toBe(1)
      expect((await listBroken())[0]?.detail).toMatchObject({ seen_by: 'orders-1', checkpoint: remembered })
      const metrics = await (await fetch(`${restored.issuer}/metrics`)).text()
      expect(metrics).toMatch(/^ostiary_audit_alarms 1$/m)
      expect(restored.logText()).toContain('the audit log does not go on from what it was')
      const held = [{ holder: 'the guard orders-1', note: remembered ?? '' }]
      const { findings } = await after.snapshot((sql) => verifyAuditLog({ sql, verifier: auditSigner, held }))
      expect(findings).toHaveLength(1)
      expect(findings[0]?.sentence).toContain('the guard orders-1')
    },
  )
})
