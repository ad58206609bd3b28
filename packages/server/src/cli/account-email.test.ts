import { expect, it } from 'vitest'
import { onSqlite } from '../../testing/database.ts'
import { CliFolder } from '../../testing/run-cli.ts'
import { randomSecret } from '../platform/random/random.ts'

onSqlite('ostiary account email', ({ createUrl }) => {
  it('puts another address in place of a stranger’s, which then names nobody; never the address of somebody else', async () => {
    using folder = new CliFolder({ OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: randomSecret() })
    const create = (username: string, email: string) =>
      folder.run(['account', 'create', '--username', username, '--email', email, '--generate-password', '--json'])
    const { id } = JSON.parse((await create('ada', 'stranger@example.com')).stdout)
    await create('bob', 'bob@example.com')
    const give = (username: string, email: string) =>
      folder.run(['account', 'email', '--username', username, '--email', email, '--json'])
    expect(JSON.parse((await give('ada', 'Ada@example.com')).stdout)).toEqual({ id, email: 'Ada@example.com' })
    expect((await give('stranger@example.com', 'x@example.com')).exitCode).toBe(1)
    expect((await give('ada@example.com', 'BOB@example.com')).stdout + (await give('ada', 'bob')).stdout).not.toContain(
      id,
    )
    const list = JSON.parse((await folder.run(['account', 'list', '--json'])).stdout)
    const addresses = list.accounts.map((account: { email: string }) => account.email)
    expect(addresses.toSorted()).toEqual(['Ada@example.com', 'bob@example.com'])
  })
})
