import { describe, expect, test } from 'vitest'
import { databaseUnderTest, forEachEmptyDatabase } from '../../../testing/database.ts'
import { testMigrations } from '../../../testing/database-schema.ts'
import { testDirectly } from '../../../testing/directly.ts'
import type { Database } from './database.ts'

/** Resolves at the next announcement of the topic. */
function announced(database: Database, topic: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = database.onAnnounced(topic, () => {
      stop()
      resolve()
    })
  })
}

forEachEmptyDatabase('announcements', ({ open }) => {
  test('wake the listeners of their topic once the unit is durable, and nobody when it fails', async () => {
    const database = await open({ migrations: testMigrations })
    const heard: string[] = []
    database.onAnnounced('a', () => heard.push('a'))
    database.onAnnounced('b', () => heard.push('b'))
    database.onAnnounced('nobody', () => heard.push('nobody'))
    const failing = database.write(async (tx) => {
      await tx.announce('b')
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    await announcedAfter(database, () =>
      database.write(async (tx) => {
        await tx.announce('a')
        await tx.announce('a')
      }),
    )
    expect(heard).toContain('a')
    // Whoever has just begun to listen is woken for whatever it may have missed: on every topic alike.
    const count = (topic: string) => heard.filter((each) => each === topic).length
    expect(count('b')).toBe(count('nobody'))
  })

  async function announcedAfter(database: Database, act: () => Promise<void>): Promise<void> {
    const heard = announced(database, 'a')
    await act()
    await heard
  }
})

describe('on PostgreSQL', () => {
  const { open, createUrl } = databaseUnderTest('postgresql', { isEmpty: true })

  testDirectly('another process hears them, and again after its connection was lost', async () => {
    const url = await createUrl()
    const [writer, listener] = [
      await open({ migrations: testMigrations, url }),
      await open({ migrations: testMigrations, url }),
    ]
    const announce = () => writer.write((tx) => tx.announce('a'))
    // Told once when it is connected, since it may have missed something.
    await announced(listener, 'a')
    const heard = announced(listener, 'a')
    await announce()
    await heard
    const reconnected = announced(listener, 'a')
    await endListeningConnections(writer)
    await reconnected
    const again = announced(listener, 'a')
    await announce()
    await again
  })

  /** The connections that wait for notifications are idle, and their last statement was LISTEN. */
  async function endListeningConnections({ write }: Database): Promise<void> {
    await write(async ({ sql }) => {
      const activity = sql.withTables<{ pg_stat_activity: { pid: number; query: string } }>()
      await activity
        .selectFrom('pg_stat_activity')
        .select((eb) => eb.fn('pg_terminate_backend', ['pid']).as('ended'))
        .where('query', 'like', 'LISTEN%')
        .where((eb) => eb('pid', '<>', eb.fn<number>('pg_backend_pid', [])))
        .execute()
    })
  }
})
