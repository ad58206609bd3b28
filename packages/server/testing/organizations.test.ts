import { createGuard, type Guard } from '@ostiary/guard'
import { decodeJwt } from 'jose'
import { afterEach, expect, test } from 'vitest'
import { addRole } from '../src/domain/accounts/change-role.ts'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { addMember } from '../src/domain/memberships/add-member.ts'
import {
  changeMemberRoles,
  deleteOrganization,
  disableOrganization,
  removeMember,
} from '../src/domain/revocation-acts/change-membership.ts'
import { changeRolePermissions } from '../src/domain/roles/change-role-permissions.ts'
import { createRole } from '../src/domain/roles/create-role.ts'
import { AuthorizationScene, addClient, type OauthAnswer, person, type Wire } from './authorization-scene.ts'
import { forEachDatabase } from './database.ts'
import { addOrganization, addOrganizationRole } from './organization-scene.ts'
import { addConfidentialClient } from './revoking.ts'
import { addApi, logIn } from './test-server.ts'

const audience = 'https://api.example.com'
type Described = Parameters<typeof AuthorizationScene.start>[1]

interface Answer {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token?: string
  readonly error?: string
}

forEachDatabase('organizations, from a request to the guards', ({ createUrl }) => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  /** ada belongs to Blue Door as author and to Red Door, and not to Green Door. */
  async function start(described: Described = { isFirstParty: true }, isClockRunning = false) {
    const scene = await AuthorizationScene.start({ databaseUrl: await createUrl(), isClockRunning }, described)
    closing.push(() => scene.server.stop())
    const { database } = scene.server.running.installation
    const { accountId } = scene
    for (const role of ['author', 'editor']) await addOrganizationRole(database, role)
    const blue = await addOrganization(database, 'Blue Door', [{ accountId, roles: ['author'] }])
    const red = await addOrganization(database, 'Red Door', [{ accountId, roles: [] }])
    const green = await addOrganization(database, 'Green Door')
    return { scene, database, blue, red, green }
  }

  async function tokensFor(scene: AuthorizationScene, more: Wire = {}): Promise<Answer> {
    const { code = '' } = await scene.authorize(scene.url(more))
    const { status, body } = await scene.exchange(code)
    expect(status).toBe(200)
    return body as unknown as Answer
  }

  function refresh(scene: AuthorizationScene, refreshToken: string, more: Record<string, string> = {}) {
    const form = { grant_type: 'refresh_token', client_id: scene.clientId, refresh_token: refreshToken, ...more }
    return scene.send('/token', form)
  }

  function claimsOf({ body }: OauthAnswer) {
    return decodeJwt(String(body.access_token))
  }

  test('/authorize names an organization by id or slug: access token and ID token say for which the session acts', async () => {
    const { scene, blue } = await start()
    for (const organization of [blue.id, blue.slug]) {
      const tokens = await tokensFor(scene, { organization })
      expect(decodeJwt(tokens.access_token)).toMatchObject({ sub: scene.accountId, org_id: blue.id })
      expect(decodeJwt(tokens.id_token ?? '')).toMatchObject({ org_id: blue.id })
    }
    expect(decodeJwt((await tokensFor(scene)).access_token)).not.toHaveProperty('org_id')
    const events = await listAuditEvents(scene.server.running.installation.database.read, {
      act: 'authorization.granted',
      limit: 3,
    })
    expect(events.map(({ detail }) => detail.organization)).toEqual(expect.arrayContaining([blue.id, blue.id, null]))
  })

  test('who is no member is told the same of an organization that is there, disabled or not there at all', async () => {
    const { scene, database, green, red } = await start()
    await database.write((tx) => disableOrganization(tx, red.id, 'cli'))
    await scene.finish(await scene.browser.get(scene.url()))
    const pages = new Set<string>()
    for (const organization of [green.id, green.slug, red.id, 'nowhere', `org_${'a'.repeat(22)}`]) {
      const page = await scene.browser.get(scene.url({ organization }))
      expect([page.status, page.text.includes('You have no access here')]).toEqual([403, true])
      expect(page.text).not.toContain('Green Door')
      pages.add(page.text.replaceAll(/(?:request=|name="request" value=")[\w-]{22}|request%3D[\w-]{22}/g, ''))
      const answered = await scene.browser.submit(page, { decision: 'deny' })
      expect(scene.answerOf(answered)).toMatchObject({ error: 'access_denied', state: expect.any(String) })
      const silent = await scene.browser.get(scene.url({ organization, prompt: 'none' }))
      expect(scene.answerOf(silent)).toMatchObject({ error: 'access_denied' })
    }
    expect(pages.size).toBe(1)
    for (const organization of ['a b', 'ü', 'x'.repeat(65)])
      expect(scene.answerOf(await scene.browser.get(scene.url({ organization })))).toMatchObject({
        error: 'invalid_request',
      })
  })

  test('the scope organization has the person choose among theirs; the choice is remembered, until they are to choose anew', async () => {
    const { scene, database, blue, red, green } = await start()
    const scope = 'openid organization orders:read'
    const page = await scene.finish(await scene.browser.get(scene.url({ scope })))
    expect(page.text).toContain('Choose an organization')
    expect([page.text.includes(blue.id), page.text.includes(red.id), page.text.includes(green.id)]).toEqual([
      true,
      true,
      false,
    ])
    // Nothing but one of theirs is taken.
    for (const organization of [green.id, 'nowhere', ''])
      expect((await scene.browser.submit(page, { organization })).text).toContain('Choose an organization')
    const { code = '' } = scene.answerOf(await scene.browser.submit(page, { organization: red.id }))
    expect(claimsOf(await scene.exchange(code))).toMatchObject({
      org_id: red.id,
      scope: 'openid organization orders:read',
    })
    const again = scene.answerOf(await scene.browser.get(scene.url({ scope, prompt: 'none' })))
    expect(claimsOf(await scene.exchange(again.code ?? ''))).toMatchObject({ org_id: red.id })
    const anew = await scene.browser.get(scene.url({ scope, prompt: 'select_account' }))
    expect(anew.text).toContain('Choose an organization')
    const consented = await scene.finish(await scene.browser.submit(anew, { organization: blue.id }))
    expect(claimsOf(await scene.exchange(scene.answerOf(consented).code ?? ''))).toMatchObject({ org_id: blue.id })
    await database.write((tx) => removeMember(tx, { organizationId: blue.id, accountId: scene.accountId }, 'cli'))
    const only = scene.answerOf(await scene.browser.get(scene.url({ scope })))
    expect(claimsOf(await scene.exchange(only.code ?? ''))).toMatchObject({ org_id: red.id })
    await database.write((tx) => removeMember(tx, { organizationId: red.id, accountId: scene.accountId }, 'cli'))
    const none = await scene.browser.get(scene.url({ scope }))
    expect([none.status, none.text.includes('you belong to none')]).toEqual([403, true])
  })

  test('prompt=none with a choice to make is interaction_required', async () => {
    const { scene } = await start()
    await scene.finish(await scene.browser.get(scene.url()))
    const silent = await scene.browser.get(scene.url({ scope: 'openid organization', prompt: 'none' }))
    expect(scene.answerOf(silent)).toMatchObject({ error: 'interaction_required' })
  })

  test('a pushed request chooses as well, in whatever browser answers it', async () => {
    const { scene, blue } = await start()
    const url = await scene.pushedUrl({ organization: 'blue-door' })
    const { code = '' } = await scene.authorize(url)
    expect(claimsOf(await scene.exchange(code))).toMatchObject({ org_id: blue.id })
  })

  test('a stranger’s app is allowed for each organization by itself, and the page says for which', async () => {
    const { scene, blue, red } = await start({})
    const allowed = async (organization: string | undefined) => {
      const page = await scene.browser.get(scene.url({ organization }))
      const asked = page.text.includes('name="password"') ? await scene.browser.submit(page, person) : page
      const isAsked = asked.text.includes('name="decision"')
      if (isAsked && organization === blue.id) expect(asked.text).toContain('<bdi id="organization">Blue Door</bdi>')
      await scene.finish(asked)
      return isAsked
    }
    const asked: boolean[] = []
    for (const organization of [undefined, blue.id, red.id, blue.id, red.id, undefined])
      asked.push(await allowed(organization))
    expect(asked).toEqual([true, true, true, false, false, false])
  })

  test('consent counts for the organization that the page showed, whatever is chosen in another tab meanwhile', async () => {
    const { scene, blue, red } = await start({})
    const scope = 'openid organization'
    const first = await scene.browser.submit(
      await scene.browser.submit(await scene.browser.get(scene.url({ scope })), person),
      { organization: blue.id },
    )
    expect(first.text).toContain('Blue Door</bdi>')
    const page = await scene.browser.get(scene.url({ organization: red.id }))
    const forged = await scene.browser.post('/authorize/consent', {
      ...Object.fromEntries(
        [...first.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [
          name,
          value,
        ]),
      ),
      organization: red.id,
      decision: 'allow',
    })
    expect(forged.text).toContain('<bdi id="organization">Blue Door</bdi>')
    expect(page.text).toContain('<bdi id="organization">Red Door</bdi>')
  })

  test('a refresh goes on for the same organization, and switches to another one without a login', async () => {
    const { scene, database, blue, red } = await start()
    const tokens = await tokensFor(scene, { organization: blue.id })
    const same = await refresh(scene, tokens.refresh_token)
    expect(claimsOf(same)).toMatchObject({ org_id: blue.id })
    const switched = await refresh(scene, String(same.body.refresh_token), { organization: 'red-door' })
    expect(claimsOf(switched)).toMatchObject({ org_id: red.id, sid: decodeJwt(tokens.access_token).sid })
    expect(decodeJwt(String(switched.body.id_token))).toMatchObject({ org_id: red.id })
    // It is remembered: two tabs that name theirs each time do not disturb each other.
    const later = await refresh(scene, String(switched.body.refresh_token))
    expect(claimsOf(later)).toMatchObject({ org_id: red.id })
    const events = await listAuditEvents(database.read, { act: 'session.organization_changed', limit: 9 })
    expect(events).toMatchObject([{ detail: { organization: red.id, before: blue.id } }])
  })

  test('the same refresh token twice within 30 seconds, for two organizations: each gets its own, and nothing forks', async () => {
    const { scene, blue, red } = await start()
    const tokens = await tokensFor(scene)
    const answers = await Promise.all(
      [blue.id, red.id].map((organization) => refresh(scene, tokens.refresh_token, { organization })),
    )
    expect(answers.map((answer) => claimsOf(answer).org_id)).toEqual([blue.id, red.id])
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1)
  })

  test('a refresh for an organization that is not theirs is invalid_target, and the session goes on as it was', async () => {
    const { scene, database, blue, green, red } = await start()
    await database.write((tx) => disableOrganization(tx, red.id, 'cli'))
    const tokens = await tokensFor(scene, { organization: blue.id })
    for (const organization of [green.id, red.id, 'nowhere', ' ']) {
      const refused = await refresh(scene, tokens.refresh_token, { organization })
      expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target'])
    }
    expect((await refresh(scene, tokens.refresh_token, { organization: 'x'.repeat(129) })).status).toBe(400)
    expect(claimsOf(await refresh(scene, tokens.refresh_token))).toMatchObject({ org_id: blue.id })
  })

  test('a stranger’s app cannot switch by itself: the person agrees at /authorize', async () => {
    const { scene, blue, red } = await start({})
    const tokens = await tokensFor(scene, { organization: blue.id })
    const refused = await refresh(scene, tokens.refresh_token, { organization: red.id })
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_target'])
    const same = await refresh(scene, tokens.refresh_token, { organization: blue.id })
    expect(claimsOf(same)).toMatchObject({ org_id: blue.id })
  })

  test('POST /login with organization; another one than theirs is told only to who was admitted', async () => {
    const { scene, blue, green } = await start()
    const { server } = scene
    const answer = await logIn(server, { ...person, audience, organization: blue.slug })
    expect(decodeJwt(((await answer.json()) as Answer).access_token)).toMatchObject({ org_id: blue.id })
    for (const organization of [green.slug, 'nowhere']) {
      const refused = await logIn(server, { ...person, audience, organization })
      expect([refused.status, await refused.json()]).toMatchObject([400, { code: 'invalid_organization' }])
      const wrong = await logIn(server, { ...person, password: 'wrong', audience, organization })
      expect(wrong.status).toBe(401)
    }
  })

  test('a code that was given before the membership ended is no longer good', async () => {
    const { scene, database, blue } = await start()
    const { code = '' } = await scene.authorize(scene.url({ organization: blue.id }))
    await database.write((tx) => removeMember(tx, { organizationId: blue.id, accountId: scene.accountId }, 'cli'))
    expect(await scene.exchange(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('RFC 8693: a token that is exchanged acts for the same organization, and for no other', async () => {
    const { scene, blue, red } = await start()
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const api = await addConfidentialClient(scene.server, [`introspect:${audience}`], [exchange])
    const subject = await tokensFor(scene, { organization: blue.id })
    const form = {
      grant_type: exchange,
      subject_token: subject.access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      organization: red.id,
    }
    const answer = await scene.send('/token', form, { authorization: api.authorization })
    expect(claimsOf(answer)).toMatchObject({ org_id: blue.id, act: { sub: api.id } })
  })

  test('userinfo tells by the scope organization what it is called, and an own app all that the person belongs to', async () => {
    const { scene, blue, red } = await start()
    const { id: strangerId } = await addClient(scene.server, { redirectUris: [scene.redirectUri] })
    const ask = async (token: string) =>
      (await fetch(`${scene.server.issuer}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).json()
    const own = await tokensFor(scene, { scope: 'openid organization', organization: blue.id })
    expect(await ask(own.access_token)).toEqual({
      ...{ sub: scene.accountId, org_id: blue.id, org_name: 'Blue Door', org_slug: 'blue-door' },
      organizations: [
        { id: blue.id, slug: 'blue-door', name: 'Blue Door' },
        { id: red.id, slug: 'red-door', name: 'Red Door' },
      ],
    })
    const plain = await tokensFor(scene, { scope: 'openid', organization: blue.id })
    expect(await ask(plain.access_token)).toEqual({ sub: scene.accountId, org_id: blue.id })
    const parameters = { scope: 'openid organization', organization: blue.id, client_id: strangerId }
    const { code = '' } = await scene.authorize(scene.url(parameters))
    const stranger = (await scene.exchange(code, { client_id: strangerId })).body as unknown as Answer
    expect(await ask(stranger.access_token)).toEqual({
      ...{ sub: scene.accountId, org_id: blue.id, org_name: 'Blue Door', org_slug: 'blue-door' },
    })
  })

  async function untilRefused(guard: Guard, token: string): Promise<{ readonly code: string; readonly ms: number }> {
    const begun = performance.now()
    for (;;) {
      const code = await guard.verify(token).then(
        () => undefined,
        (error: { code: string }) => error.code,
      )
      const ms = performance.now() - begun
      if (code !== undefined || ms > 5_000) return { code: code ?? 'accepted', ms }
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  test.each(['removed', 'disabled', 'deleted'] as const)(
    'a member of two organizations who is %s in one: its tokens are refused within a second and no refresh brings them back, the other goes on',
    async (how) => {
      const { scene, database, blue, red } = await start({ isFirstParty: true }, true)
      const guard = createGuard({ issuer: scene.server.issuer, audience })
      closing.push(() => guard.close())
      const acting = await tokensFor(scene, { organization: blue.id })
      const other = await tokensFor(scene, { organization: red.id })
      const switchedAway = await tokensFor(scene, { organization: blue.id })
      const away = await refresh(scene, switchedAway.refresh_token, { organization: red.id })
      for (const token of [acting.access_token, other.access_token, switchedAway.access_token])
        await expect(guard.verify(token)).resolves.toHaveProperty('org_id')
      await database.write(async (tx) => {
        if (how === 'removed') await removeMember(tx, { organizationId: blue.id, accountId: scene.accountId }, 'cli')
        else if (how === 'disabled') await disableOrganization(tx, blue.id, 'cli')
        else await deleteOrganization(tx, blue.id, 'cli')
      })
      const refused = await untilRefused(guard, acting.access_token)
      expect(refused.code).toBe('token_revoked')
      expect(refused.ms).toBeLessThan(1_000)
      // What was given before the session switched away says of the organization what is no longer true.
      expect((await untilRefused(guard, switchedAway.access_token)).code).toBe('refresh_required')
      expect(await refresh(scene, acting.refresh_token)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant' },
      })
      const again = await refresh(scene, String(away.body.refresh_token), { organization: blue.id })
      expect(again).toMatchObject({ status: 400, body: { error: 'invalid_target' } })
      const goesOn = await refresh(scene, other.refresh_token)
      expect(claimsOf(goesOn)).toMatchObject({ org_id: red.id })
      await expect(guard.verify(String(goesOn.body.access_token))).resolves.toMatchObject({ org_id: red.id })
    },
  )

  test('for an organization a token carries what its member may within that one: neither what they may elsewhere nor what the account may', async () => {
    const { scene, database, blue, red } = await start()
    const stock = 'https://stock.example.com'
    const permissions = ['stock:count', 'stock:order', 'stock:close']
    await addApi(scene.server, { audience: stock, scopes: ['stock:read'], permissions })
    await addOrganizationRole(database, 'buyer')
    await database.write((tx) => createRole(tx, { name: 'clerk', description: undefined }, 'cli'))
    const permits = { author: ['stock:count'], buyer: ['stock:order'], clerk: ['stock:close'] }
    for (const [role, add] of Object.entries(permits))
      await database.write((tx) => changeRolePermissions(tx, { role, audience: stock, add, remove: [] }, 'cli'))
    const { accountId } = scene
    // Who owns an organization gives its roles; those of accounts are the operator's.
    const refused = await database.write((tx) => addRole(tx, { accountId, role: 'buyer', actor: 'cli' }))
    expect(refused).toMatchObject({ ok: false })
    await database.write((tx) => addRole(tx, { accountId, role: 'clerk', actor: 'cli' }))
    await database.write((tx) => changeMemberRoles(tx, { organizationId: red.id, accountId }, ['buyer'], 'cli'))
    const carried: unknown[] = []
    for (const organization of [blue.id, red.id, undefined]) {
      const named = organization === undefined ? {} : { organization }
      const { access_token } = (await (
        await logIn(scene.server, { ...person, audience: stock, ...named })
      ).json()) as Answer
      const claims = decodeJwt(access_token)
      carried.push([claims.org_id, claims.roles, claims.permissions])
    }
    expect(carried).toEqual([
      [blue.id, ['author'], ['stock:count']],
      [red.id, ['buyer'], ['stock:order']],
      [undefined, ['clerk'], ['stock:close']],
    ])
  })

  test('a member whose roles change refreshes within a second; who is added afterwards may act at once', async () => {
    const { scene, database, blue, green } = await start({ isFirstParty: true }, true)
    const guard = createGuard({ issuer: scene.server.issuer, audience })
    closing.push(() => guard.close())
    const tokens = await tokensFor(scene, { organization: blue.id })
    await guard.verify(tokens.access_token)
    const key = { organizationId: blue.id, accountId: scene.accountId }
    await database.write((tx) => changeMemberRoles(tx, key, ['editor'], 'cli'))
    const refused = await untilRefused(guard, tokens.access_token)
    expect([refused.code, refused.ms < 1_000]).toEqual(['refresh_required', true])
    await database.write((tx) =>
      addMember(tx, { organizationId: green.id, accountId: scene.accountId, roles: [] }, 'cli'),
    )
    const next = await refresh(scene, tokens.refresh_token, { organization: green.id })
    await expect(guard.verify(String(next.body.access_token))).resolves.toMatchObject({ org_id: green.id })
  })
})
