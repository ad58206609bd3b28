import { describe, expect, it } from 'vitest'
import { ostiaryTheme } from '../../platform/html/theme.ts'
import { type LoginPage, renderLoginPage } from './login-page.ts'

const plain: LoginPage = { action: '/login', language: 'en', theme: ostiaryTheme }

/** The tag of the element with this name. */
function tagOf(page: string, name: string): string {
  return new RegExp(`<input[^>]* name="${name}"[^>]*>`).exec(page)?.[0] ?? ''
}

describe('renderLoginPage', () => {
  it('posts to the action, with the return address hidden', () => {
    const page = renderLoginPage({ ...plain, returnTo: '/authorize?a=1&b="2"' })
    expect(page).toContain('<form method="post" action="/login">')
    expect(tagOf(page, 'return_to')).toBe(
      '<input type="hidden" name="return_to" value="/authorize?a=1&amp;b=&quot;2&quot;">',
    )
  })

  it('has no return address when there is none', () => {
    expect(tagOf(renderLoginPage(plain), 'return_to')).toBe('')
  })

  it('names the fields for password managers (HTML §4.10.18.7)', () => {
    const page = renderLoginPage(plain)
    expect(tagOf(page, 'username')).toContain('autocomplete="username"')
    expect(tagOf(page, 'password')).toContain('autocomplete="current-password"')
  })

  it.each([
    { claim: 'nothing typed yet', page: plain, field: 'username', other: 'password' },
    { claim: 'an empty user name', page: { ...plain, username: '' }, field: 'username', other: 'password' },
    { claim: 'a kept user name', page: { ...plain, username: 'ada' }, field: 'password', other: 'username' },
  ])('with $claim puts the focus into $field alone', ({ page, field, other }) => {
    const rendered = renderLoginPage(page)
    expect(tagOf(rendered, field)).toContain(' autofocus')
    expect(tagOf(rendered, other)).not.toContain(' autofocus')
  })

  it('never sends a password back', () => {
    expect(tagOf(renderLoginPage({ ...plain, username: 'ada', problem: 'refused' }), 'password')).not.toContain(
      'value=',
    )
  })

  it.each([
    { problem: 'refused', invalid: true, sentence: 'That didn&#39;t match. Check the user name and password.' },
    { problem: 'incomplete', invalid: true, sentence: 'Enter both the user name and the password.' },
    { problem: 'throttled', invalid: false, sentence: 'Too many attempts. Wait a little, then try again.' },
    {
      problem: 'busy',
      invalid: false,
      sentence: 'Too many people are signing in right now. Try again in a few seconds.',
    },
  ] as const)('says why for $problem, as an alert that both fields refer to', ({ problem, invalid, sentence }) => {
    const page = renderLoginPage({ ...plain, username: 'ada', problem })
    expect(page).toMatch(/<div class="problem" id="problem" role="alert">/)
    expect(page).toContain(`<span>${sentence}</span>`)
    for (const name of ['username', 'password']) {
      expect(tagOf(page, name)).toContain('aria-describedby="problem"')
      expect(tagOf(page, name).includes('aria-invalid="true"')).toBe(invalid)
    }
  })

  it('says when the next attempt counts, if that is known', () => {
    const page = renderLoginPage({ ...plain, problem: 'throttled', retryAfterSeconds: 40 })
    expect(page).toContain('Too many attempts. Try again in 40 seconds.')
  })

  it('has no alert and refers to none without a problem', () => {
    expect(renderLoginPage(plain)).not.toMatch(/role="alert"|aria-describedby|aria-invalid/)
  })
})
