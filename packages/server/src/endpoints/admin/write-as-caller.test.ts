import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AdminScene } from '../../../testing/admin-scene.ts'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Account } from '../../domain/accounts/account.ts'
import { findAccount } from '../../domain/accounts/find-account.ts'
import { ADMIN_AUDIENCE, type AdminPermission } from '../../domain/apis/admin-api.ts'
import { createClient } from '../../domain/clients/create-client.ts'
import { findClient } from '../../domain/clients/find-client.ts'
import { parseClient } from '../../domain/clients/parse-client.ts'
import { deleteRole, takeRole, updateRole } from '../../domain/revocation-acts/change-roles.ts'
import { verifyIssuedToken } from '../../domain/tokens/verify-issued-token.ts'
import { writeAsCaller } from './write-as-caller.ts'

forEachDatabase('who administers while their rights are taken', ({ createUrl }) => {
  let scene: AdminScene
  let rootToken: string
  beforeAll(async () => {
    scene = await AdminScene.start({ databaseUrl: await createUrl(), isClockRunning: true })
    rootToken = await scene.signInAdmin()
  })
  afterAll(() => scene.server.stop())

  /** Sends what another administrator does, with twenty requests of theirs before it and twenty behind. */
  async function flood(
    act: () => Promise<unknown>,
    between: () => Promise<{ readonly status: number }>,
  ): Promise<void> {
    const before = Array.from({ length: 20 }, act)
    const done = between()
    await Promise.all([...before, ...Array.from({ length: 20 }, act)])
    expect((await done).status).toBe(200)
  }

  const read = (id: string) => findAccount(scene.database.read, id)
  const acts = [
    {
      title: 'the role that is taken stays taken',
      own: ['PUT', '/roles/admin'],
      taking: ['DELETE', '/roles/admin'],
      isBack: (found: Account | undefined) => found?.roles.includes('admin'),
    },
    {
      title: 'an account that is disabled stays disabled',
      own: ['POST', '/enable'],
      taking: ['POST', '/disable'],
      isBack: (found: Account | undefined) => found?.disabledAt === undefined,
    },
    {
      title: 'an account that is to be deleted is not kept',
      own: ['POST', '/restore'],
      taking: ['DELETE', ''],
      isBack: (found: Account | undefined) => found?.deleteAfter === undefined,
    },
  ] as const
  test.each(acts)('$title, whatever its owner had sent at that moment', async ({ own, taking, isBack, title }) => {
    for (const round of [1, 2, 3]) {
      const { id } = await scene.addAccount(`${title.replaceAll(/\W/g, '')}${round}`, ['admin'])
      const { token } = await scene.signIn(id)
      await flood(
        () => scene.call(own[0], `/accounts/${id}${own[1]}`, { token }),
        () => scene.call(taking[0], `/accounts/${id}${taking[1]}`, { token: rootToken }),
      )
      expect(isBack(await read(id))).toBe(false)
    }
  })

  test('an account that was deleted at once is gone, whoever keeps it at that moment', async () => {
    for (const round of [1, 2, 3, 4, 5]) {
      const { id } = await scene.addAccount(`gone${round}`)
      const keep = () => scene.call('POST', `/accounts/${id}/restore`, { token: rootToken })
      await flood(keep, () => scene.call('DELETE', `/accounts/${id}?at_once=true`, { token: rootToken }))
      expect(await read(id)).toBeUndefined()
    }
  })

  const changeScopes = (id: string, scopes: readonly string[], token: string) =>
    scene.call('PATCH', `/clients/${id}`, { token, body: { scopes }, headers: { 'if-match': '*' } })
  const own = ['accounts:read', 'clients:read', 'clients:write']

  async function addProgram(): Promise<{ readonly id: string; readonly token: string }> {
    const parsed = parseClient({ name: 'Sync', type: 'confidential', grants: ['client_credentials'], scopes: own })
    if (!parsed.ok) throw new Error(parsed.sentence)
    const { client } = await scene.database.write((tx) => createClient(tx, parsed.client, 'cli'))
    return { id: client.id, token: await scene.grantClient(own, client.id) }
  }

  test('a scope that is taken from a program bites with its next call, whatever its token says', async () => {
    const { id, token } = await addProgram()
    expect((await scene.call('GET', `/clients/${id}`, { token })).status).toBe(200)
    expect((await changeScopes(id, ['accounts:read'], rootToken)).status).toBe(200)
    const asked = await scene.call('GET', `/clients/${id}`, { token })
    expect([asked.status, asked.body.code, asked.body.scope]).toEqual([403, 'insufficient_scope', 'clients:read'])
    expect((await changeScopes(id, own, token)).body.code).toBe('insufficient_scope')
    expect((await scene.call('GET', '/accounts', { token })).status).toBe(200)
    expect((await findClient(scene.database.read, id))?.scopes).toEqual(['accounts:read'])
  })

  test('a program gives itself no scope back, whatever it had sent when it was taken', async () => {
    for (const _ of [1, 2, 3]) {
      const { id, token } = await addProgram()
      await flood(
        () => changeScopes(id, own, token),
        () => changeScopes(id, ['accounts:read'], rootToken),
      )
      expect((await findClient(scene.database.read, id))?.scopes).toEqual(['accounts:read'])
    }
  })

  /** Opens calls of a person by this token, each with transactions of its own. */
  async function writerOf(accountId: string, token: string, permissions: readonly AdminPermission[]) {
    const { database, clientId, server } = scene
    const deps = { ...server.running.installation, issuer: server.issuer, clock: server.clock }
    const verified = await verifyIssuedToken(deps, database.read, token)
    if (verified === undefined) throw new Error('the token is none')
    const caller = { actor: `admin:${accountId}`, accountId, clientId, permissions: new Set(permissions) } as const
    return () => writeAsCaller({ database, clock: server.clock }, { ...caller, token: verified })
  }

  test.each([
    ['is taken', (accountId: string, role: string) => takeRole(scene.database, { accountId, role, actor: 'cli' })],
    [
      'permits less',
      (_: string, role: string) => {
        const change = { role, audience: ADMIN_AUDIENCE, add: [], remove: ['roles:write'] }
        return updateRole(scene.database, change, 'cli')
      },
    ],
    ['is deleted', (_: string, role: string) => deleteRole(scene.database, role, 'cli')],
  ] as const)(
    'when a command says that a role %s, what was let in by it is over, and gives nothing back',
    async (what, taking) => {
      const name = `holder-${what.replace(' ', '-')}`
      const { id } = await scene.addPermitted(name, ['roles:write'])
      const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const order: string[] = []
      const { token } = await scene.signIn(id, ['roles:write'])
      const acting = (await writerOf(id, token, ['roles:write']))().write(async () => {
        begun.resolve()
        await end.promise
        order.push('act')
      })
      await begun.promise
      const taken = taking(id, `role-of-${name}`).then(() => order.push(what))
      // Long enough for whoever does not wait.
      await sleep(300)
      end.resolve()
      await Promise.all([acting, taken])
      expect(order).toEqual(['act', what])
    },
  )

  test('nothing is written for a session that has ended since it was let in', async () => {
    const { id: accountId } = await scene.addAccount('accomplice', ['admin'])
    const { token, sessionId } = await scene.signIn(accountId)
    const openCall = await writerOf(accountId, token, [])
    const write = () => openCall().write(async () => 'written')
    expect(await write()).toBe('written')
    expect((await scene.call('DELETE', `/sessions/${sessionId}`, { token: rootToken })).status).toBe(200)
    await expect(write()).rejects.toMatchObject({ status: 401, code: 'invalid_token' })
  })

  test('an act that takes the caller’s own right is done to its end', async () => {
    const { id } = await scene.addAccount('leaver', ['admin'])
    const { token } = await scene.signIn(id)
    expect((await scene.call('DELETE', `/accounts/${id}/roles/admin`, { token })).status).toBe(200)
    expect((await scene.call('GET', `/accounts/${id}`, { token })).status).toBe(401)
  })
})
