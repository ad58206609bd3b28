import { describe, expect, it } from 'vitest'
import { ostiaryTheme } from '../../platform/html/theme.ts'
import { issuerUrls } from '../issuer-urls.ts'
import { type AccountPage, renderAccountPage } from './account-page.ts'

const now = Date.UTC(2026, 2, 14, 9, 26, 53)
const page: AccountPage = {
  account: { username: 'ada', email: 'ada@example.com' },
  session: { openedAt: now - 300_000 },
  sessions: [
    {
      id: 'a'.repeat(22),
      isCurrent: true,
      userAgent: 'curl/8',
      network: '192.0.2.1',
      usedAt: now,
      expiresAt: now + 60_000,
      absoluteEnd: now + 365 * 86_400_000,
      createdAt: now - 3 * 86_400_000,
    },
    {
      id: 'b'.repeat(22),
      isCurrent: false,
      userAgent: '<b>',
      network: '192.0.2.2',
      usedAt: now - 300_000,
      expiresAt: now + 86_400_000,
      absoluteEnd: now + 365 * 86_400_000,
      createdAt: now - 3 * 86_400_000,
    },
  ],
  now,
  urls: issuerUrls('https://login.example.com'),
  consents: [
    {
      clientId: 'cli_1',
      clientName: 'Shop <b>',
      scopes: ['openid', 'orders:read'],
      api: undefined,
      grantedAt: now - 60_000,
    },
  ],
  apiKeys: [],
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

  it('lists where they are signed in, marks this session, and ends one, the others or all by a form', () => {
    const rendered = renderAccountPage(page)
    expect(rendered).toContain('<bdi>curl</bdi>')
    expect(rendered).toContain('<bdi>Unknown device</bdi>')
    expect(rendered.match(/This session/g)).toHaveLength(1)
    for (const end of ['b'.repeat(22), 'others', 'all']) expect(rendered).toContain(`name="end" value="${end}"`)
    expect(rendered).not.toContain(`value="${'a'.repeat(22)}"`)
  })

  it('lists the apps with access, and takes it back by a form; no heading where there is none', () => {
    const rendered = renderAccountPage(page)
    expect(rendered).toContain('<bdi>Shop &lt;b&gt;</bdi>')
    expect(rendered).toContain('<li>Know that it is you</li>\n<li><bdi>orders:read</bdi></li>')
    expect(rendered).toContain('name="client_id" value="cli_1"')
    expect(renderAccountPage({ ...page, consents: [] })).not.toContain('Apps with access')
  })

  it('has no row for an e-mail address that is not there', () => {
    expect(renderAccountPage({ ...page, account: { username: 'ada' } })).not.toContain('E-mail address')
  })
})
