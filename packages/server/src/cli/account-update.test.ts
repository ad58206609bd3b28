import { afterEach, expect, it } from 'vitest'
import { onSqlite } from '../../testing/database.ts'
import { CliFolder } from '../../testing/run-cli.ts'
import { randomSecret } from '../platform/random/random.ts'

onSqlite('ostiary account update', ({ createUrl }) => {
  const folders: CliFolder[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) folder[Symbol.dispose]()
  })

  it('OpenID Connect Core §5.1: sets claims, keeps the others, removes with nothing after the sign', async () => {
    const folder = new CliFolder({ OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: randomSecret() })
    folders.push(folder)
    const create = ['account', 'create', '--username', 'ada', '--email', 'ada@example.com', '--generate-password']
    const { id } = JSON.parse((await folder.run([...create, '--json'])).stdout)
    await folder.run(['account', 'create', '--username', 'bob', '--generate-password'])
    const update = (name: string, ...claims: string[]) =>
      folder.run(['account', 'update', '--username', name, '--json', ...claims.flatMap((claim) => ['--claim', claim])])
    const first = await update('ada', 'given_name=Ada', 'nickname=ada', 'email_verified=true')
    expect(JSON.parse(first.stdout)).toEqual({
      id,
      claims: { given_name: 'Ada', nickname: 'ada', email_verified: true },
    })
    const second = await update('ada', 'nickname=', 'address={"country":"UK"}')
    expect(JSON.parse(second.stdout)).toEqual({
      id,
      claims: { given_name: 'Ada', address: { country: 'UK' }, email_verified: true },
    })
    for (const [name, claim, exitCode] of [
      ['ada', 'sub=acc_1', 2],
      ['ada', 'birthdate=yesterday', 2],
      ['bob', 'email_verified=true', 2],
      ['nobody', 'name=Nobody', 1],
    ] as const)
      expect((await update(name, claim)).exitCode, claim).toBe(exitCode)
  })
})
