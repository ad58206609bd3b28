// The same app without a server: issuer and guard in one process, with one secret from `ostiary secret`.
import { createHash, timingSafeEqual } from 'node:crypto'
import { createGuard } from '@ostiary/guard'
import { tokenRequired } from '@ostiary/guard/express'
import express, { type Express } from 'express'
import { createIssuer } from 'ostiary'
import { loginForm } from './tutorial.ts'

export interface OneProcessOptions {
  /** base64url of 32 bytes, as `ostiary secret` prints it. */
  secret: string
  /** The one person who may log in here. */
  username: string
  password: string
  clock?: () => number
}

const refusals: Record<string, string> = { token_missing: 'Token is missing', token_expired: 'Token has expired' }
const names = { issuer: 'http://127.0.0.1:5000', audience: 'https://tutorial.example' }

export function createOneProcessTutorial({ secret, username, password, clock = Date.now }: OneProcessOptions): Express {
  const issuer = createIssuer({ ...names, secret, clock })
  const guard = createGuard({
    ...names,
    clock,
    keys: { secret },
    locations: { query: 'token' },
    shapeRefusal: ({ status, code }) =>
      status === 401 ? { body: { 'Alert!': refusals[code] ?? 'Invalid Token' } } : undefined,
  })
  const app = express()
  app.get('/', (_, res) => {
    res.send(loginForm)
  })
  app.post('/login', express.urlencoded({ extended: false }), (req, res) => {
    const { username: name = '', password: secretWord = '' } = req.body ?? {}
    const matches = [isSame(String(name), username), isSame(String(secretWord), password)]
    if (matches.includes(false)) {
      return res.status(403).set('WWW-Authenticate', 'Basic realm="Authentication Failed!"').send('Unable to verify')
    }
    return res.json({ token: issuer.issue({ subject: username }) })
  })
  app.get('/public', (_, res) => res.send('This is a public page'))
  app.get('/auth', tokenRequired(guard), (_, res) => res.send('You are verified. Welcome to your dashboard!'))
  return app
}

/** Takes as long whatever differs. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
