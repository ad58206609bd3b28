import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import { addPerson } from '../../../testing/organization-scene.ts'
import type { Transaction } from '../../platform/database/database.ts'
import { lockAccount } from '../accounts/lock-account.ts'
import { migrations } from '../schema/migrations.ts'
import { endOwnSessions } from './end-own-sessions.ts'
import { endSession } from './end-session.ts'
import { findSession } from './find-session.ts'
import { isSessionLive } from './is-session-live.ts'
import { logOutEverywhere } from './log-out-everywhere.ts'
import { openBrowserSession, openSession } from './open-session.ts'
import type { Session } from './session.ts'

const limits = { idleMilliseconds: 60_000, absoluteMilliseconds: 60_000 }

function endOthers(tx: Transaction, browser: Session): Promise<void> {
  return endOwnSessions(tx, { ...browser, id: 'another browser' }, { kind: 'others' })
}

const ends: readonly (readonly [string, (tx: Transaction, browser: Session) => Promise<unknown>])[] = [
  ['signs out', (tx, browser) => endSession(tx, browser, 'cli')],
  ['signs out elsewhere', endOthers],
  ['is logged out everywhere', (tx, { accountId }) => logOutEverywhere(tx, accountId, 'cli')],
]

forEachDatabase('the end of a session', ({ open }) => {
  test.each(ends)('no session of an app that is being opened by a browser outlives a person who %s', async (_, end) => {
    const database = await open({ migrations })
    const accountId = await addPerson(database, 'ada')
    const who = { accountId, network: '', userAgent: undefined, methods: [] }
    const { session: browser } = await database.write((tx) => openBrowserSession(tx, { ...who, clientId: 'ostiary' }))
    const isFound = Promise.withResolvers<void>()
    // As a code is redeemed.
    const opening = database.write(async (tx) => {
      await lockAccount(tx, accountId)
      const parent = await findSession(tx.sql, browser.id)
      if (!parent || !(await isSessionLive(tx.sql, parent, tx.now))) return undefined
      isFound.resolve()
      const grant = { audience: 'https://api.example', scopes: [], limits, refreshKeyId: undefined }
      const child = await openSession(tx, { ...who, clientId: 'cli_app' }, { ...grant, parentId: browser.id })
      await sleep(100)
      return child
    })
    await isFound.promise
    await database.write((tx) => end(tx, browser))
    const child = await opening
    expect((await findSession(database.read, child?.id ?? ''))?.endedAt).toBeDefined()
  })
})
