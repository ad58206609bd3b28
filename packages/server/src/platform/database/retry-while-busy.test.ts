import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test } from 'vitest'
import { databaseUnderTest } from '../../../testing/database.ts'
import { retryWhileBusy } from './retry-while-busy.ts'

describe('retryWhileBusy', () => {
  const { createUrl } = databaseUnderTest('sqlite', { isEmpty: true })

  test('gives up with a sentence when another process holds the lock for too long', async () => {
    const [holder, waiter] = await openBoth()
    holder.exec('BEGIN IMMEDIATE')
    const waiting = retryWhileBusy(() => waiter.exec('BEGIN IMMEDIATE'), 50)
    await expect(waiting).rejects.toMatchObject({
      code: 'busy',
      message: expect.stringMatching(/^Another process .+\.$/),
    })
    holder.exec('COMMIT')
    await retryWhileBusy(() => waiter.exec('BEGIN IMMEDIATE'), 50)
  })

  test('any other failure is thrown at once', async () => {
    const [connection] = await openBoth()
    let attempts = 0
    const failing = retryWhileBusy(() => {
      attempts++
      connection.exec('no SQL')
    })
    await expect(failing).rejects.toThrow(/syntax error/)
    expect(attempts).toBe(1)
  })

  async function openBoth(): Promise<[DatabaseSync, DatabaseSync]> {
    const path = (await createUrl()).slice('sqlite:'.length)
    const both: [DatabaseSync, DatabaseSync] = [new DatabaseSync(path), new DatabaseSync(path)]
    onTestFinished(() => {
      for (const connection of both) connection.close()
    })
    return both
  }
})
