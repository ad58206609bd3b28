import { expect, it } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { toEpochSeconds } from '../../platform/clock/clock.ts'
import { migrations } from '../schema/migrations.ts'
import { acknowledge } from './acknowledge.ts'
import { selectHead, selectRecordsAfter } from './feed-store.ts'
import { listLivingGuards } from './list-guards.ts'
import { isTokenRevoked } from './moment-after-revocations.ts'
import { purgeFeedRecords, purgeGuards, purgeRevocationMarks } from './purge-revocations.ts'
import { recordRevocations } from './record-revocations.ts'

const start = Date.UTC(2026, 0, 1)

forEachDatabase('purging the feed', ({ open }) => {
  it('a record stays until it may be forgotten and the log has had its ten minutes; moments of revocation stay for good', async () => {
    const clock = { moment: start, now: () => clock.moment }
    const database = await open({ migrations, clock })
    const forgetAt = toEpochSeconds(start) + 450
    await database.write(async (tx) => {
      await acknowledge(tx, { clientId: 'cli_1', name: 'orders-1', sequence: 0 })
      await recordRevocations(tx, [
        { kind: 'j', identifier: 'token', forgetAt },
        { kind: 's', identifier: 'long', forgetAt: forgetAt + 7200 },
        { kind: 'c', identifier: 'client', moment: start, forgetAt },
      ])
    })
    const numbers = async () => (await selectRecordsAfter(database.read, 0, 10)).map(({ sequence }) => sequence)
    const purge = () =>
      database.write(async (tx) => {
        await purgeFeedRecords(tx, 100)
        await purgeRevocationMarks(tx, 100)
        await purgeGuards(tx)
      })
    const isRevoked = (clientId: string) => isTokenRevoked(database.read, { jti: 'token', clientId, issuedAt: start })

    clock.moment = start + 451_000
    await purge()
    expect(await numbers()).toEqual([1, 2, 3])
    clock.moment = start + 600_001
    await purge()
    expect(await numbers()).toEqual([2])
    expect(await selectHead(database.read)).toMatchObject({ sequence: 3, forgottenSequence: 3 })
    // The token's own mark is forgotten with it; the client's is asked for by every session that it has.
    expect([await isRevoked('another'), await isRevoked('client')]).toEqual([false, true])
    clock.moment = start + 86_400_001
    await purge()
    expect(await listLivingGuards(database.read, start)).toEqual([])
  })

  it('goes some at a time, and says after each how far the log is complete', async () => {
    const clock = { moment: start, now: () => clock.moment }
    const database = await open({ migrations, clock })
    const forgetAt = toEpochSeconds(start)
    const revocations = Array.from({ length: 5 }, (_, at) => ({ kind: 'j', identifier: `${at}`, forgetAt }) as const)
    await database.write((tx) => recordRevocations(tx, revocations))
    clock.moment = start + 86_400_000
    const left: unknown[] = []
    while ((await database.write((tx) => purgeFeedRecords(tx, 2))) > 0)
      left.push([
        (await selectHead(database.read)).forgottenSequence,
        (await selectRecordsAfter(database.read, 0, 10)).length,
      ])
    expect(left.at(-1)).toEqual([5, 0])
    expect(left).toHaveLength(3)
  })
})
