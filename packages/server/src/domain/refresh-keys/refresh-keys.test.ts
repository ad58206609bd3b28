import { expect, it } from 'vitest'
import { countStatements } from '../../../testing/count-work.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import { randomSecret } from '../../platform/random/random.ts'
import { createSealer } from '../../platform/sealing/sealing.ts'
import { migrations } from '../schema/migrations.ts'
import { createRefreshKeyRing } from './refresh-key-ring.ts'
import { ensureRefreshKey, rotateRefreshKey } from './rotate-refresh-key.ts'

const sealer = createSealer([randomSecret()])

forEachDatabase('refresh keys', ({ open }) => {
  it('a key that another instance made a moment ago is found, whoever else asks for keys meanwhile', async () => {
    const database = await open({ migrations })
    await ensureRefreshKey(database, sealer)
    const ring = createRefreshKeyRing(database, sealer)
    const before = await ring.newest()
    for (let round = 0; round < 3; round++) {
      const strange = ring.find('AAAAAA')
      const id = (await database.write((tx) => rotateRefreshKey(tx, sealer, 'cli'))) ?? ''
      expect((await ring.find(id))?.id).toBe(id)
      expect(await strange).toBeUndefined()
    }
    expect((await ring.find(before.id))?.key.equals(before.key)).toBe(true)
  })

  it('however many strange ids are named, the keys are read ten times a second at most', async () => {
    const opened = await open({ migrations })
    await ensureRefreshKey(opened, sealer)
    let reads = 0
    const database = { ...opened, read: countStatements(opened.read, () => (reads += 1)) }
    const ring = createRefreshKeyRing(database, sealer)
    const begunAt = performance.now()
    for (let round = 0; round < 3; round++)
      await Promise.all(Array.from({ length: 200 }, (_, index) => ring.find(`strange ${round} ${index}`)))
    // The newest id and the keys are two reads.
    expect(reads).toBeLessThanOrEqual(2 * (2 + (performance.now() - begunAt) / 100))
  })
})
