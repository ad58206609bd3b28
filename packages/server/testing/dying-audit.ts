// A process that audits and appends without end, until it is killed: `node dying-audit.ts <database url> <secret>`.

import { recordAuditEvent } from '../src/domain/audit/record-audit-event.ts'
import { ensureAuditKey } from '../src/domain/audit-tree/audit-key.ts'
import { AuditTreeKeeper } from '../src/domain/audit-tree/audit-tree-keeper.ts'
import { migrations } from '../src/domain/schema/migrations.ts'
import { systemClock } from '../src/platform/clock/clock.ts'
import { openDatabase } from '../src/platform/database/open-database.ts'
import { createSealer } from '../src/platform/sealing/sealing.ts'

const [, , url = '', secret = ''] = process.argv
const database = await openDatabase({ url, migrations, clock: systemClock })
const auditSigner = await ensureAuditKey(database, createSealer([secret]), 'https://login.example.com')
const keeper = new AuditTreeKeeper({ database, auditSigner, log: { error() {}, warn() {} } })
await keeper.look()
process.stdout.write('begun\n')
for (;;) {
  const units = Array.from({ length: 20 }, () =>
    database.write((tx) => recordAuditEvent(tx, { act: 'login.refused', actor: 'anonymous', outcome: 'refused' })),
  )
  await Promise.all([...units, keeper.look()])
}
