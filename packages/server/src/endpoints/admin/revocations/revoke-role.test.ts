import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../../testing/database.ts'
import { addConfidentialClient } from '../../../../testing/revoking.ts'
import { findAccount } from '../../../domain/accounts/find-account.ts'

forEachDatabase('a role that is revoked', ({ createUrl }) => {
  let scene: AdminScene
  let rootId: string
  let token: string
  beforeAll(async () => {
    scene = await AdminScene.start({ databaseUrl: await createUrl(), isClockRunning: true })
    rootId = (await scene.addAccount('root', ['admin'])).id
    token = (await scene.signIn(rootId)).token
  })
  afterAll(() => scene.server.stop())

  const rolesOf = async (id: string) => (await findAccount(scene.database.read, id))?.roles
  const revoke = (by: string, account: string) =>
    scene.call('POST', '/revocations', { token: by, body: { account, remove_role: 'admin' } })

  test('is not taken from who may more than the caller', async () => {
    const weak = await scene.addPermitted('weak', ['revocations:write', 'roles:write'])
    const refused = await revoke((await scene.signIn(weak.id)).token, rootId)
    expect([refused.status, refused.body.code]).toEqual([403, 'privilege_exceeded'])
    expect(await rolesOf(rootId)).toEqual(['admin'])
  })

  test('is not taken from the last administrator, by an administrator or by a client, however many ask at once', async () => {
    const { id: otherId } = await scene.addAccount('other', ['admin'])
    const { token: otherToken } = await scene.signIn(otherId)
    const client = await addConfidentialClient(scene.server, ['revocations:write'])
    const byClient = (account: string) =>
      fetch(`${scene.server.issuer}/revocations`, {
        method: 'POST',
        headers: { authorization: client.authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ account, remove_role: 'admin' }),
      })
    await Promise.all(
      Array.from({ length: 5 }, () => [
        ...[revoke(token, otherId), revoke(otherToken, rootId), byClient(otherId), byClient(rootId)],
      ]).flat(),
    )
    const left = [await rolesOf(rootId), await rolesOf(otherId)].filter((roles) => roles?.includes('admin'))
    expect(left).toHaveLength(1)
    const lastId = (await rolesOf(rootId))?.includes('admin') ? rootId : otherId
    const refused = await byClient(lastId)
    expect([refused.status, await refused.json()]).toMatchObject([409, { code: 'last_admin' }])
    const own = await revoke((await scene.signIn(lastId)).token, lastId)
    expect([own.status, own.body.code]).toEqual([409, 'last_admin'])
  })

  test('is taken where it may be, and where it was not held nothing happens', async () => {
    const { id } = await scene.addAccount('person')
    const client = await addConfidentialClient(scene.server, ['revocations:write'])
    const answer = await fetch(`${scene.server.issuer}/revocations`, {
      method: 'POST',
      headers: { authorization: client.authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ account: id, remove_role: 'admin' }),
    })
    expect(answer.status).toBe(200)
  })
})
