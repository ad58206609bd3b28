import { createGuard } from '@ostiary/guard'
import { getAuth, tokenRequired } from '@ostiary/guard/express'
import express, { type Express } from 'express'

export interface TutorialOptions {
  /** Where Ostiary runs. */
  issuer: string
  /** What this API is called in its tokens. */
  audience: string
  /** Handed in by the test, so that a token expires without waiting. */
  clock?: () => number
}

export const loginForm = `<!doctype html><title>Log in</title><form method="post" action="/login">
  <label>User name <input name="username" autocomplete="username" required></label>
  <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
  <button>Log in</button></form>`

const refusals: Record<string, string> = { token_missing: 'Token is missing', token_expired: 'Token has expired' }

export function createTutorial({ issuer, audience, clock = Date.now }: TutorialOptions): Express {
  const guard = createGuard({
    issuer,
    audience,
    clock,
    // Off unless asked for: an address with a token in it ends up in histories, logs and Referer headers (RFC 6750 §5.3).
    locations: { query: 'token' },
    shapeRefusal: ({ status, code }) =>
      status === 401 ? { body: { 'Alert!': refusals[code] ?? 'Invalid Token' } } : undefined,
  })
  const app = express()

  app.get('/', (_, res) => {
    res.send(loginForm)
  })

  app.post('/login', express.urlencoded({ extended: false }), async (req, res) => {
    const { username = '', password = '' } = req.body ?? {}
    const answer = await fetch(`${issuer}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password, audience }),
    })
    if (!answer.ok) {
      return res.status(403).set('WWW-Authenticate', 'Basic realm="Authentication Failed!"').send('Unable to verify')
    }
    const { access_token: token } = (await answer.json()) as { access_token: string }
    return res.json({ token })
  })

  app.get('/public', (_, res) => res.send('This is a public page'))
  app.get('/auth', tokenRequired(guard), (_, res) => res.send('You are verified. Welcome to your dashboard!'))
  // RFC 7009. Whoever else has the token, in another window or another API, is refused within a second.
  app.post('/logout', tokenRequired(guard), async (req, res) => {
    const body = new URLSearchParams({ token: getAuth(guard, req).token, client_id: 'ostiary' })
    res.sendStatus((await fetch(`${issuer}/revoke`, { method: 'POST', body })).status)
  })
  return app
}
