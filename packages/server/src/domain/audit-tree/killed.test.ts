import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { countAuditEvents } from '../audit/pending-events.ts'
import { migrations } from '../schema/migrations.ts'
import { ensureAuditKey } from './audit-key.ts'
import { AuditTreeKeeper } from './audit-tree-keeper.ts'
import { verifyAuditLog } from './verify-audit-log.ts'

const dyingAudit = fileURLToPath(new URL('../../../testing/dying-audit.ts', import.meta.url))

forEachDatabase('an audit log whose process is killed', ({ open, createUrl }) => {
  test('kill -9 between whatever it does: the tree is whole, goes on from what was signed, and every event gets its leaf', async () => {
    const url = await createUrl()
    const secret = randomSecret()
    const database = await open({ migrations, url })
    const auditSigner = await ensureAuditKey(database, createSealer([secret]), 'https://login.example.com')
    const held: { holder: string; note: string }[] = []
    // Of one moment: what the killed process had begun may still be rolled back meanwhile.
    const verify = () => database.snapshot((sql) => verifyAuditLog({ sql, verifier: auditSigner, held }))
    let size = 0
    for (const milliseconds of [50, 150, 300]) {
      const child = spawn(process.execPath, ['--no-warnings', dyingAudit, url, secret])
      await once(child.stdout, 'data')
      await sleep(milliseconds)
      child.kill('SIGKILL')
      await once(child, 'exit')
      const verified = await verify()
      expect(verified.findings).toEqual([])
      expect(verified.size).toBeGreaterThanOrEqual(size)
      size = verified.size
      held.push({ holder: `after ${milliseconds} ms`, note: verified.checkpoint })
    }
    await new AuditTreeKeeper({ database, auditSigner, log: { error() {}, warn() {} } }).appendAll()
    const { all, pending } = await countAuditEvents(database.read)
    expect(pending).toBe(0)
    expect(await verify()).toMatchObject({ size: all, findings: [] })
    expect(all).toBeGreaterThan(60)
  })
})
