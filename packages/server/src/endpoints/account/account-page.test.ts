import { describe, expect, it } from 'vitest'
import { ostiaryTheme } from '../../platform/html/theme.ts'
import { type AccountPage, renderAccountPage } from './account-page.ts'

const now = Date.UTC(2026, 2, 14, 9, 26, 53)
const page: AccountPage = {
  account: { username: 'ada', email: 'ada@example.com' },
  session: { openedAt: now - 300_000 },
  now,
  logoutAction: '/logout',
  language: 'en',
  theme: ostiaryTheme,
}

describe('renderAccountPage', () => {
  it('says who is signed in, since when, and ends it by a form', () => {
    const rendered = renderAccountPage(page)
    expect(rendered).toContain('<bdi id="username">ada</bdi>')
    expect(rendered).toContain('<bdi>ada@example.com</bdi>')
    expect(rendered).toContain('>5 minutes ago</time>')
    expect(rendered).toContain('<form method="post" action="/logout">')
  })

  it('has no row for an e-mail address that is not there', () => {
    expect(renderAccountPage({ ...page, account: { username: 'ada' } })).not.toContain('E-mail address')
  })
})
