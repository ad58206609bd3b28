import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { onSqlite } from '../../testing/database.ts'
import { CliFolder } from '../../testing/run-cli.ts'
import { makeSigner } from '../../testing/signer.ts'
import { JWT_BEARER_GRANT } from '../domain/clients/parse-client.ts'
import { randomSecret } from '../platform/random/random.ts'

const github = 'https://token.actions.githubusercontent.com'
const subject = 'repo:acme/shop:environment:Production EU'

onSqlite('ostiary issuer', ({ createUrl }) => {
  const folders: CliFolder[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) folder[Symbol.dispose]()
  })

  async function openFolder(): Promise<CliFolder> {
    const OSTIARY_ISSUER = 'https://login.example.com'
    const settings = { OSTIARY_ISSUER, OSTIARY_DATABASE_URL: await createUrl(), OSTIARY_SECRET: randomSecret() }
    const folder = new CliFolder(settings)
    folders.push(folder)
    return folder
  }

  async function json(folder: CliFolder, ...args: string[]): Promise<Record<string, unknown>> {
    const { exitCode, stdout, stderr } = await folder.run([...args, '--json'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    return JSON.parse(stdout)
  }

  async function refusal(folder: CliFolder, ...args: string[]): Promise<unknown> {
    const { exitCode, stderr } = await folder.run([...args, '--json'])
    return [exitCode, JSON.parse(stderr).error.code]
  }

  it('trusts an issuer for a client by subject, lists what is trusted, and takes it back', async () => {
    const folder = await openFolder()
    const { publicJwk } = await makeSigner()
    const file = path.join(folder.path, 'jwks.json')
    writeFileSync(file, JSON.stringify({ keys: [publicJwk] }))
    const client = await json(
      folder,
      ...['client', 'create', '--name', 'CI', '--type', 'confidential', '--grant', JWT_BEARER_GRANT],
    )
    const id = String(client.client_id)
    const rule = ['--issuer', github, '--subject', subject, '--client-id', id]
    const trusted = { issuer: github, subject, client_id: id }
    expect(await json(folder, 'issuer', 'trust', ...rule, '--jwks', file)).toEqual(trusted)
    const uri = `${github}/.well-known/jwks`
    expect(await json(folder, 'issuer', 'trust', ...rule, '--jwks-uri', uri)).toEqual(trusted)
    expect(await json(folder, 'issuer', 'list')).toEqual({
      issuers: [{ issuer: github, jwks_uri: uri, subjects: [{ subject, client_id: id }] }],
    })
    expect((await folder.run(['issuer', 'list'])).stdout).toBe(`${github}\n  ${subject}  ${id}\n`)
    expect(await json(folder, 'issuer', 'distrust', '--issuer', github)).toEqual({ issuer: github })
    expect(await json(folder, 'issuer', 'list')).toEqual({ issuers: [] })
  })

  it('refuses what cannot be trusted, by a code', async () => {
    const folder = await openFolder()
    const of = (...more: string[]) => ['issuer', 'trust', '--subject', 'a', '--client-id', 'cli_none', ...more]
    const uri = ['--jwks-uri', `${github}/jwks`]
    expect(await refusal(folder, ...of('--issuer', github, ...uri))).toEqual([1, 'unknown_client'])
    for (const wrong of [
      ['--issuer', 'https://login.example.com', ...uri],
      ['--issuer', 'an issuer', ...uri],
      ['--issuer', github, '--jwks-uri', 'http://ci.example/jwks'],
      ['--issuer', github, '--jwks', 'none.json'],
    ]) {
      expect(await refusal(folder, ...of(...wrong))).toEqual([2, 'invalid_option'])
    }
    expect(await refusal(folder, 'issuer', 'distrust', '--issuer', github)).toEqual([1, 'unknown_issuer'])
  })
})
