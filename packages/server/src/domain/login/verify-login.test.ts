import { expect, test } from 'vitest'
import { forEachDatabase } from '../../../testing/database.ts'
import type { Clock } from '../../platform/clock/clock.ts'
import type { Database } from '../../platform/database/database.ts'
import { createHashQueue, type HashQueue, HashQueueFullError } from '../../platform/hash-queue/hash-queue.ts'
import { createAccount } from '../accounts/create-account.ts'
import { disableAccount } from '../accounts/disable-account.ts'
import { parseEmail } from '../accounts/parse-email.ts'
import { parseUsername } from '../accounts/parse-username.ts'
import { listAuditEvents } from '../audit/list-audit-events.ts'
import { findPassword } from '../credentials/find-password.ts'
import { hashPassword } from '../credentials/hash-password.ts'
import { parsePasswordHash } from '../credentials/parse-password-hash.ts'
import { setPassword } from '../credentials/set-password.ts'
import { wrapPasswordHash } from '../credentials/wrap-password-hash.ts'
import { migrations } from '../schema/migrations.ts'
import { admitLogin, type LoginAdmission } from './admit-login.ts'
import type { LoginDeps } from './login-deps.ts'
import { type LoginAttempt, type LoginVerification, verifyLogin } from './verify-login.ts'

const password = 'eleven blue herons'
const address = '203.0.113.7'
const now = 1_700_000_000_000
const clock: Clock = { now: () => now }
const hashQueue = createHashQueue({ concurrency: 2, capacity: 1000 })
const hashed = hashPassword(hashQueue, password)

async function addAccount(database: Database, name: string, options: { password?: boolean } = {}): Promise<string> {
  const username = parseUsername(name)
  const email = parseEmail(`${name}@example.com`)
  if (!username.ok || !email.ok) throw new Error('a test names its accounts properly')
  const hash = await hashed
  return database.write(async (tx) => {
    const creation = { username: username.username, email: email.email, roles: ['admin'], actor: 'cli' as const }
    const created = await createAccount(tx, creation)
    if (!created.ok) throw new Error(created.reason)
    if (options.password !== false) await setPassword(tx, created.account.id, hash, 'cli')
    return created.account.id
  })
}

function tryLogin(
  surroundings: LoginDeps,
  login: string,
  typed: string,
  more: Partial<LoginAttempt> = {},
): Promise<LoginVerification> {
  return verifyLogin(surroundings, { login, password: typed, address, ...more })
}

/** Verifies and admits, as the login endpoint does. */
async function logIn(
  surroundings: LoginDeps,
  login: string,
  typed: string,
): Promise<LoginVerification | LoginAdmission> {
  const verified = await tryLogin(surroundings, login, typed)
  return verified.ok ? surroundings.database.write((tx) => admitLogin(tx, verified.login, 'cli_1')) : verified
}

/** The same database and line, counting what is asked of them. */
function counting(surroundings: LoginDeps): { surroundings: LoginDeps; counts: () => object } {
  const counts = { reads: 0, writes: 0, hashes: 0 }
  const { database, hashQueue: line } = surroundings
  const countedDatabase: Database = {
    ...database,
    get read() {
      counts.reads += 1
      return database.read
    },
    write(unit, options) {
      counts.writes += 1
      return database.write(unit, options)
    },
  }
  const countedQueue: HashQueue = {
    run(work, signal) {
      counts.hashes += 1
      return line.run(work, signal)
    },
    running: 0,
    waiting: 0,
    of: () => countedQueue,
    hasPlaceFor: () => true,
    observeWaits() {},
  }
  return {
    surroundings: { ...surroundings, database: countedDatabase, hashQueue: countedQueue },
    counts: () => ({ ...counts }),
  }
}

forEachDatabase('login', ({ open }) => {
  test('the right password verifies, by user name or e-mail address, and is admitted and audited', async () => {
    const database = await open({ migrations, clock })
    const id = await addAccount(database, 'ada')
    const surroundings = { database, hashQueue, clock }
    for (const login of ['ada', 'ADA', 'Ada@Example.com']) {
      const verified = await tryLogin(surroundings, login, password)
      expect(verified).toMatchObject({
        ok: true,
        login: { account: { id, roles: ['admin'] }, strongerHash: undefined },
      })
      expect(await logIn(surroundings, login, password)).toEqual({ ok: true })
    }
    const [event, ...others] = await listAuditEvents(database.read, { act: 'login.succeeded', limit: 10 })
    expect(others).toHaveLength(2)
    expect(event).toMatchObject({
      actor: `account:${id}`,
      outcome: 'done',
      accountId: id,
      clientId: 'cli_1',
      network: address,
    })
  })

  test('OWASP ASVS 5.0 6.3.8: each refusal costs three reads, one hash and one write, and is audited with its reason', async () => {
    const database = await open({ migrations, clock })
    const ids = {
      ada: await addAccount(database, 'ada'),
      disabled: await addAccount(database, 'disabled'),
      bare: await addAccount(database, 'bare', { password: false }),
    }
    await database.write((tx) => disableAccount(tx, ids.disabled, 'cli'))
    const cases = [
      ['ada', 'wrong password given', 'wrong_password', ids.ada],
      ['ada@example.com', 'wrong password given', 'wrong_password', ids.ada],
      ['ada', '', 'wrong_password', ids.ada],
      ['ada', `${password}\ud800`, 'wrong_password', ids.ada],
      ['nobody', password, 'unknown_account', undefined],
      ['nobody@example.com', password, 'unknown_account', undefined],
      ['', '', 'unknown_account', undefined],
      ['a\0b', password, 'unknown_account', undefined],
      ['\ud800', password, 'unknown_account', undefined],
      ['x'.repeat(100_000), password, 'unknown_account', undefined],
      ['disabled', password, 'disabled_account', ids.disabled],
      ['disabled', 'wrong password given', 'disabled_account', ids.disabled],
      ['bare', password, 'no_password', ids.bare],
    ] as const
    for (const [index, [login, typed, privateReason, accountId]] of cases.entries()) {
      const { surroundings, counts } = counting({ database, hashQueue, clock })
      const from = { address: `198.51.100.${index}` }
      const refusal = await tryLogin(surroundings, login, typed, from)
      expect(refusal, `case ${index}`).toEqual({ ok: false, reason: 'refused', privateReason })
      expect(counts(), `case ${index}`).toEqual({ reads: 3, writes: 1, hashes: 1 })
      const events = await listAuditEvents(database.read, { act: 'login.refused', limit: 100 })
      const event = events.find(({ network }) => network === from.address)
      expect(event).toMatchObject({ actor: 'anonymous', outcome: 'refused', detail: { reason: privateReason } })
      expect(event?.accountId, `case ${index}`).toBe(accountId)
      expect(JSON.stringify(event)).not.toContain('wrong password given')
    }
  })

  test('OWASP ASVS 5.0 6.3.8: a refusal costs the same when the hash is from before the cost was raised', async () => {
    const database = await open({ migrations, clock })
    await addAccount(database, 'ada')
    const passwordCost = { memoryKibibytes: 65_536, passes: 3, parallelism: 1 }
    const cost = async (login: string): Promise<number> => {
      const startedAt = process.cpuUsage()
      for (let time = 0; time < 4; time++) await tryLogin({ database, hashQueue, clock, passwordCost }, login, 'wrong')
      return process.cpuUsage(startedAt).user
    }
    const { surroundings, counts } = counting({ database, hashQueue, clock, passwordCost })
    expect(await tryLogin(surroundings, 'ada', 'wrong')).toMatchObject({ reason: 'refused' })
    expect(counts()).toMatchObject({ hashes: 2 })
    await cost('warm up')
    const [known, unknown] = [await cost('ada'), await cost('nobody')]
    // Without it the ratio would be about 5.
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(2.5)
  })

  test('names that exist and names that do not are throttled alike, and a throttled attempt is not hashed', async () => {
    const database = await open({ migrations, clock })
    await addAccount(database, 'ada')
    for (const [login, from] of [
      ['ada', '198.51.100.1'],
      ['nobody', '198.51.100.2'],
    ] as const) {
      for (let time = 0; time < 6; time++)
        expect(await tryLogin({ database, hashQueue, clock }, login, 'wrong', { address: from })).toMatchObject({
          reason: 'refused',
        })
      const { surroundings, counts } = counting({ database, hashQueue, clock })
      const throttled = await tryLogin(surroundings, login, password, { address: from })
      expect(throttled).toEqual({ ok: false, reason: 'throttled', retryAfterSeconds: 1 })
      expect(counts()).toEqual({ reads: 1, writes: 0, hashes: 0 })
    }
  })

  test('of 100 guesses at once the right one, in the midst of them, gains nothing', async () => {
    const database = await open({ migrations, clock })
    const id = await addAccount(database, 'ada')
    const surroundings = { database, hashQueue, clock }
    const guesses = Array.from({ length: 100 }, (_, index) =>
      logIn(surroundings, 'ada', index === 60 ? password : `guess number ${index}`),
    )
    const outcomes = await Promise.all(guesses)
    expect(outcomes.filter(({ ok }) => ok)).toEqual([])
    expect(outcomes[60]).toMatchObject({ reason: 'throttled' })
    const events = await listAuditEvents(database.read, { accountId: id, act: 'login.refused', limit: 200 })
    const reasons = events.map(({ detail }) => detail.reason)
    // Only the first few are told that they were wrong: what they are told can't be told from what the right one is.
    const told = outcomes.filter((outcome) => !outcome.ok && outcome.reason === 'refused').length
    expect(told).toBeLessThanOrEqual(20)
    expect(reasons.filter((reason) => reason === 'wrong_password')).toHaveLength(told)
    expect(reasons.filter((reason) => reason === 'throttled')).toHaveLength(100 - told)
    const next = await logIn(surroundings, 'ada', password)
    expect(next).toEqual(outcomes[60])
  })

  test('50 right logins at once all succeed, also while the hash is being replaced', async () => {
    const database = await open({ migrations, clock })
    const id = await addAccount(database, 'ada')
    const passwordCost = { memoryKibibytes: 19_456, passes: 3, parallelism: 1 }
    const surroundings = { database, hashQueue, clock, passwordCost }
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => logIn(surroundings, 'ada', password)))
    expect(outcomes).toEqual(outcomes.map(() => ({ ok: true })))
    expect((await findPassword(database.read, id))?.hash).toContain('$m=19456,t=3,p=1$')
    expect(await listAuditEvents(database.read, { act: 'password.rehashed', limit: 10 })).toHaveLength(1)
    expect(await logIn(surroundings, 'ada', password)).toEqual({ ok: true })
  })

  test.each([
    // Made by the reference implementation: echo -n "password" | argon2 somesalt -t 2 -m 16 -p 4 -l 24 -i (its README).
    ['$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG', 'password'],
    // crypt_blowfish 1.3, wrapper.c.
    ['$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK', 'U*U*'],
    // passlib, tests/test_handlers.py.
    ['{SSHA}pKqkNr1tq3wtQqk+UcPyA3HnA2NsU5NJ', 'password'],
  ])('an imported hash verifies, also wrapped, and becomes one of ours at the login: %s', async (text, typed) => {
    const database = await open({ migrations, clock })
    const imported = parsePasswordHash(text)
    if (!imported.ok) throw new Error(imported.sentence)
    const wrapped = await wrapPasswordHash(hashQueue, imported.hash)
    const surroundings = { database, hashQueue, clock }
    for (const [name, hash] of [
      ['ada', imported.hash],
      ['bob', wrapped],
    ] as const) {
      const id = await addAccount(database, name, { password: false })
      await database.write((tx) => setPassword(tx, id, hash, 'cli'))
      expect(await logIn(surroundings, name, 'another')).toMatchObject({ reason: 'refused' })
      expect(await logIn(surroundings, name, typed)).toEqual({ ok: true })
      expect((await findPassword(database.read, id))?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
      expect(await logIn(surroundings, name, typed)).toEqual({ ok: true })
    }
  })

  test('OWASP ASVS 5.0 6.3.8: while hashes of another system wait, a name that nobody has costs what theirs cost', async () => {
    const database = await open({ migrations, clock })
    const imported = parsePasswordHash('$scrypt$ln=17,r=8,p=1$TmFDbA$VawEblbjCJ/sFpHCJUS2BflBhSFt3gRl5oudV8INrLw')
    if (!imported.ok) throw new Error(imported.sentence)
    const id = await addAccount(database, 'ada', { password: false })
    await database.write((tx) => setPassword(tx, id, imported.hash, 'cli'))
    // Behind every other id, so that every name takes it for its decoy.
    await database.write((tx) => setPassword(tx, `acc_${'z'.repeat(22)}`, imported.hash, 'cli'))
    const cost = async (login: string): Promise<number> => {
      const startedAt = process.cpuUsage()
      await tryLogin({ database, hashQueue, clock }, login, 'wrong')
      return process.cpuUsage(startedAt).user
    }
    await cost('warm up')
    const [known, unknown] = [await cost('ada'), await cost('nobody')]
    // Against one of our own hashes the ratio would be about 15.
    expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(3)
  })

  test('a full line lets the hash stay as it is, and refuses no right password', async () => {
    const database = await open({ migrations, clock })
    await addAccount(database, 'ada')
    let turns = 0
    const oneTurn: HashQueue = {
      run(work, signal) {
        turns += 1
        return turns === 1 ? hashQueue.run(work, signal) : Promise.reject(new HashQueueFullError(2))
      },
      running: 0,
      waiting: 0,
      of: () => oneTurn,
      hasPlaceFor: () => true,
      observeWaits() {},
    }
    const passwordCost = { memoryKibibytes: 19_456, passes: 3, parallelism: 1 }
    const verified = await tryLogin({ database, hashQueue: oneTurn, clock, passwordCost }, 'ada', password)
    expect(verified).toMatchObject({ ok: true, login: { strongerHash: undefined } })
    expect(turns).toBe(2)
  })

  test('a full line throws before anything is counted, for names that exist and names that do not', async () => {
    const database = await open({ migrations, clock })
    await addAccount(database, 'ada')
    const full = createHashQueue({ concurrency: 0, capacity: 0 })
    for (const login of ['ada', 'nobody'])
      await expect(tryLogin({ database, hashQueue: full, clock }, login, password)).rejects.toBeInstanceOf(
        HashQueueFullError,
      )
    expect(await listAuditEvents(database.read, { act: 'login.refused', limit: 10 })).toEqual([])
  })

  test('who goes away before its turn is neither hashed for nor counted', async () => {
    const database = await open({ migrations, clock })
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(tryLogin({ database, hashQueue, clock }, 'ada', password, { signal })).rejects.toThrow('gone')
    expect(await listAuditEvents(database.read, { act: 'login.refused', limit: 10 })).toEqual([])
  })

  test('an account that is disabled, or a password that is changed, during the hashing is not admitted', async () => {
    let at = now
    const moving: Clock = { now: () => at }
    const database = await open({ migrations, clock: moving })
    const id = await addAccount(database, 'ada')
    const surroundings = { database, hashQueue, clock: moving }
    const first = await tryLogin(surroundings, 'ada', password)
    at += 20
    const newHash = await hashPassword(hashQueue, 'twelve green kites')
    await database.write((tx) => setPassword(tx, id, newHash, 'cli'))
    if (!first.ok) throw new Error('the password was right')
    expect(await database.write((tx) => admitLogin(tx, first.login))).toEqual({
      ok: false,
      reason: 'refused',
      privateReason: 'password_changed',
    })
    const second = await tryLogin(surroundings, 'ada', 'twelve green kites')
    await database.write((tx) => disableAccount(tx, id, 'cli'))
    if (!second.ok) throw new Error('the password was right')
    expect(await database.write((tx) => admitLogin(tx, second.login))).toEqual({
      ok: false,
      reason: 'refused',
      privateReason: 'disabled_account',
    })
    const events = await listAuditEvents(database.read, { act: 'login.refused', limit: 10 })
    expect(events.map(({ detail }) => detail.reason).sort()).toEqual(['disabled_account', 'password_changed'])
  })
})
