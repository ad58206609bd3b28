import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadConfig } from './config.ts'
import { listSettings } from './list-settings.ts'

const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I'

function read(environment: Readonly<Record<string, string>>, file: object = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(path.join(folder, 'ostiary.json'), JSON.stringify(file))
  const settings = listSettings(loadConfig({ environment, folder }))
  return new Map(settings.map((setting) => [setting.name, setting]))
}

test('each setting tells its value and whether that is from the environment, the file or nowhere', () => {
  const settings = read({ OSTIARY_PORT: '4444', OSTIARY_SIGN_UP: 'open' }, { signUp: 'closed', emailLogin: true })
  expect(settings.get('port')).toMatchObject({ variable: 'OSTIARY_PORT', value: 4444, source: 'environment' })
  expect(settings.get('signUp')).toMatchObject({ value: 'open', source: 'environment' })
  expect(settings.get('emailLogin')).toMatchObject({ value: true, source: 'file' })
  expect(settings.get('deletionGraceDays')).toMatchObject({ value: 14, source: 'default' })
  expect(settings.get('smtpUrl')).toMatchObject({ value: null, source: 'default', isMasked: false })
  expect(settings.get('theme')).toMatchObject({ variable: undefined, source: 'default' })
})

test('an empty variable counts as none', () => {
  const settings = read({ OSTIARY_TRUSTED_PROXIES: '', OSTIARY_LOG_LEVEL: '' }, { trustedProxies: ['10.0.0.0/8'] })
  expect(settings.get('trustedProxies')).toMatchObject({ value: ['10.0.0.0/8'], source: 'file' })
  expect(settings.get('logLevel')).toMatchObject({ value: 'info', source: 'default' })
})

test('secrets are masked, wherever a URL holds them, and nothing else is', () => {
  const settings = read({
    OSTIARY_SECRET: `${secret},${secret}`,
    OSTIARY_DATABASE_URL: 'postgres://ostiary:hunter2@db.example.com/ostiary?sslmode=verify-full&password=hunter3',
    OSTIARY_SMTP_URL: 'smtps://mailer:hunter4@smtp.example.com',
    OSTIARY_VERIFY_HUMAN_URL: 'https://captcha.example.com/verify?key=hunter5',
  })
  const text = JSON.stringify([...settings.values()])
  for (const hidden of ['hunter2', 'hunter3', 'hunter4', 'hunter5', secret]) expect(text).not.toContain(hidden)
  expect(settings.get('secrets')).toMatchObject({ value: ['***', '***'], source: 'environment', isMasked: true })
  expect(settings.get('databaseUrl')?.value).toBe(
    'postgres://ostiary:***@db.example.com/ostiary?sslmode=verify-full&password=***',
  )
  expect(settings.get('smtpUrl')?.value).toBe('smtps://mailer:***@smtp.example.com')
  const masked = [...settings.values()].filter(({ isMasked }) => isMasked).map(({ name }) => name)
  expect(masked).toEqual(['databaseUrl', 'secrets', 'verifyHumanUrl', 'smtpUrl'])
})

test('every setting is told once, and a secret that the data folder keeps is from a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-settings-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(path.join(folder, 'secret'), `${secret}\n`)
  const config = loadConfig({ environment: { OSTIARY_DATA_DIR: folder }, folder })
  const settings = listSettings(config)
  const { sources, ...told } = config
  expect(settings.map(({ name }) => name).sort()).toEqual(Object.keys(told).sort())
  expect(settings.find(({ name }) => name === 'secrets')).toMatchObject({ value: ['***'], source: 'file' })
})

test('of a database on several hosts the password is masked alone', () => {
  const OSTIARY_DATABASE_URL = 'postgres://ostiary:hunter2@a:5432,b:5433/ostiary?sslmode=verify-full&pool_max=20'
  const value = 'postgres://ostiary:***@a:5432,b:5433/ostiary?sslmode=verify-full&pool_max=20'
  expect(read({ OSTIARY_DATABASE_URL }).get('databaseUrl')).toMatchObject({ value, isMasked: true })
})
