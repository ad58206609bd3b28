import { UnauthorizedError as UnauthorizedInVersion2 } from '@modelcontextprotocol/client'
import { UnauthorizedError as UnauthorizedInVersion1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { afterEach, describe, expect, it } from 'vitest'
import { isBuiltInClient } from '../src/domain/clients/console-client.ts'
import { listClients } from '../src/domain/clients/list-clients.ts'
import type { Generation, McpApp } from './mcp-app.ts'
import { type Introduction, type McpScene, type McpSceneOptions, startMcpScene } from './mcp-scene.ts'
import type { Platform } from './mcp-server.ts'

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

async function start(options: McpSceneOptions): Promise<McpScene> {
  const scene = await startMcpScene(options)
  stops.push(() => scene.stop())
  return scene
}

const unauthorized = { 'version 1': UnauthorizedInVersion1, 'version 2': UnauthorizedInVersion2 }
const refreshing = ['authorization_code', 'refresh_token']

/** Discovers, authorizes and connects. */
async function connect(scene: McpScene, generation: Generation = 'version 1'): Promise<McpApp> {
  const first = scene.open()
  await expect(first.connect()).rejects.toThrow(unauthorized[generation])
  await first.finish(await scene.authorize())
  const opened = scene.open()
  await opened.connect()
  return opened
}

const generations: readonly Generation[] = ['version 1', 'version 2']
const platforms: readonly Platform[] = ['node', 'fetch']
const each = generations.flatMap((generation) => platforms.map((platform) => ({ generation, platform })))

describe.each(each)("$generation of the MCP SDK's client, with the guard by $platform", ({ generation, platform }) => {
  it('RFC 9728 §5, RFC 8707 §2, RFC 7636 §4: the client finds the issuer by the 401, authorizes for this server, and calls a tool', async () => {
    const scene = await start({ platform, generation })
    const { storage, mcp, server } = scene
    const opened = await connect(scene, generation)
    expect(scene.sent.slice(0, 3)).toEqual([
      'POST /mcp',
      'GET /.well-known/oauth-protected-resource/mcp',
      'GET /.well-known/oauth-authorization-server',
    ])
    expect(storage.sentTo?.href).toMatch(`${server.issuer}/authorize?`)
    expect(Object.fromEntries(storage.sentTo?.searchParams ?? [])).toMatchObject({
      scope: 'notes:read',
      resource: mcp.url,
      code_challenge_method: 'S256',
    })
    expect(storage.tokens()).toMatchObject({ token_type: 'Bearer', scope: 'notes:read', issuer: server.issuer })
    expect(await opened.call('list_notes')).toEqual({
      ...{ act: 'listed', subject: scene.accountId, clientId: storage.client?.client_id, scopes: ['notes:read'] },
      resource: mcp.url,
    })
  })

  it('RFC 6750 §3.1, MCP "Step-Up Authorization Flow": a tool that needs more is refused, and the client asks for all of it at once', async () => {
    const scene = await start({ platform, generation })
    const opened = await connect(scene, generation)
    await expect(opened.call('add_note')).rejects.toThrow(unauthorized[generation])
    expect(scene.storage.sentTo?.searchParams.get('scope')).toBe('notes:read notes:write')
    await opened.finish(await scene.authorize())
    expect(await opened.call('add_note')).toMatchObject({ act: 'added', scopes: ['notes:read', 'notes:write'] })
    expect(await opened.call('list_notes')).toMatchObject({ act: 'listed' })
  })

  it('RFC 6749 §6: when the token has expired, the client refreshes it and the call goes through', async () => {
    const scene = await start({ platform, generation, grants: refreshing })
    const opened = await connect(scene, generation)
    const before = scene.storage.tokens()
    scene.server.clock.set(scene.server.clock.now() + 170_000)
    expect(await opened.call('list_notes')).toMatchObject({ act: 'listed' })
    const after = scene.storage.tokens()
    expect(after?.access_token).not.toBe(before?.access_token)
    expect(after?.refresh_token).not.toBe(before?.refresh_token)
    expect(scene.sent.filter((line) => line === 'POST /token')).toHaveLength(2)
  })

  it('RFC 7009 §2.1: consent withdrawn: within a second the client is refused, and has to ask the person again', async () => {
    const scene = await start({ platform, generation, grants: refreshing })
    const opened = await connect(scene, generation)
    await opened.call('list_notes')
    await expect.poll(() => scene.mcp.guard.state().feed.state).toBe('live')
    scene.storage.sentTo = undefined
    await scene.browser.post('/account/consents', { client_id: scene.storage.client?.client_id ?? '' })
    await expect
      .poll(() => opened.call('list_notes').catch((error) => error), { timeout: 3000 })
      .toBeInstanceOf(unauthorized[generation])
    expect(scene.storage.tokens()).toBeUndefined()
    expect(scene.storage.sentTo).toBeInstanceOf(URL)
  })
})

describe.each(generations)("%s of the MCP SDK's client", (generation) => {
  const introductions: readonly Introduction[] = ['registers itself', 'described by a document']
  it.each(introductions)(
    'MCP "Client Registration Approaches": an app that nobody knows here (%s) authorizes, steps up and refreshes',
    async (introduction) => {
      const scene = await start({ platform: 'node', generation, introduction, grants: refreshing })
      const opened = await connect(scene, generation)
      expect(await opened.call('list_notes')).toMatchObject({ clientId: scene.storage.client?.client_id })
      scene.storage.invalidateCredentials()
      await expect(opened.call('add_note')).rejects.toThrow(unauthorized[generation])
      await opened.finish(await scene.authorize())
      expect(await opened.call('add_note')).toMatchObject({ act: 'added' })
      scene.server.clock.set(scene.server.clock.now() + 170_000)
      expect(await opened.call('add_note')).toMatchObject({ act: 'added' })
      const registrations = scene.sent.filter((line) => line === 'POST /register')
      expect(registrations).toHaveLength(introduction === 'registers itself' ? 1 : 0)
      const clients = await listClients(scene.server.running.installation.database.read)
      expect(clients.filter(({ id }) => !isBuiltInClient(id))).toMatchObject([
        { type: 'public', isFirstParty: false, scopes: [], grants: refreshing },
      ])
    },
  )

  it('RFC 8414 §3.1: finds an issuer with a path', async () => {
    const scene = await start({ platform: 'fetch', generation, issuerPath: '/tenant' })
    const opened = await connect(scene, generation)
    expect(scene.sent).toContain('GET /.well-known/oauth-authorization-server/tenant')
    expect(scene.storage.tokens()).toMatchObject({ issuer: scene.server.issuer })
    expect(await opened.call('list_notes')).toMatchObject({ act: 'listed' })
  })

  it('RFC 9728 §3.1: finds a server without a path, whose name ends without a slash and stays so', async () => {
    const scene = await start({ platform: 'node', generation, mcpPath: '' })
    const opened = await connect(scene, generation)
    expect(scene.sent).toContain('GET /.well-known/oauth-protected-resource')
    expect(scene.storage.sentTo?.searchParams.get('resource')).toBe(scene.mcp.url)
    expect(await opened.call('list_notes')).toMatchObject({ act: 'listed' })
  })
})

describe("the MCP SDK's client", () => {
  it('RFC 9728 §5.1: version 1 of the SDK refreshes instead of stepping up; an app that forgets its tokens then is asked for all scopes', async () => {
    const scene = await start({ platform: 'node', grants: refreshing })
    const opened = await connect(scene)
    await expect(opened.call('add_note')).rejects.toThrow('403 after trying upscoping')
    scene.storage.invalidateCredentials()
    await expect(opened.call('add_note')).rejects.toThrow(UnauthorizedInVersion1)
    expect(scene.storage.sentTo?.searchParams.get('scope')).toBe('notes:read notes:write')
    await opened.finish(await scene.authorize())
    expect(await opened.call('add_note')).toMatchObject({ act: 'added' })
  })

  it('MCP "Step-Up Authorization Flow": version 2 of the SDK steps up although it could refresh', async () => {
    const scene = await start({ platform: 'node', generation: 'version 2', grants: refreshing })
    const opened = await connect(scene, 'version 2')
    await expect(opened.call('add_note')).rejects.toThrow(UnauthorizedInVersion2)
    await opened.finish(await scene.authorize())
    expect(await opened.call('add_note')).toMatchObject({ act: 'added' })
  })

  it('RFC 9207 §2.4: version 2 of the SDK takes no answer whose issuer is missing or another', async () => {
    const scene = await start({ platform: 'node', generation: 'version 2' })
    const first = scene.open()
    await expect(first.connect()).rejects.toThrow(UnauthorizedInVersion2)
    const answer = await scene.authorize()
    const [missing, foreign] = [new URLSearchParams(answer), new URLSearchParams(answer)]
    missing.delete('iss')
    foreign.set('iss', 'https://attacker.example')
    for (const changed of [missing, foreign]) await expect(first.finish(changed)).rejects.toThrow(/iss/i)
    expect(scene.sent).not.toContain('POST /token')
    await first.finish(answer)
    expect(scene.storage.tokens()).toMatchObject({ scope: 'notes:read' })
  })

  it('Fetch §3.3: may send MCP-Protocol-Version from a page of any origin, wherever it asks', async () => {
    const { server, mcp } = await start({ platform: 'node', introduction: 'registers itself' })
    const metadataUrl = `${server.issuer}/.well-known/oauth-authorization-server`
    for (const url of [mcp.guard.metadataUrl, metadataUrl, `${server.issuer}/token`, `${server.issuer}/register`]) {
      const { status, headers } = await fetch(url, { method: 'OPTIONS' })
      expect([status, headers.get('access-control-allow-origin')], url).toEqual([204, '*'])
      expect(headers.get('access-control-allow-headers'), url).toContain('MCP-Protocol-Version')
    }
  })
})
