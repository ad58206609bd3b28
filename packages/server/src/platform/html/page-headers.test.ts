import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { html } from './html.ts'
import { contentSecurityPolicy, pageHeaders } from './page-headers.ts'
import { renderPage } from './render-page.ts'
import { ostiaryTheme, type Theme } from './theme.ts'

const acme: Theme = { name: 'Acme', accent: { light: '#1d4ed8', dark: '#93c5fd' } }

describe('pageHeaders', () => {
  it.each([ostiaryTheme, acme])('CSP3 §6.7.3.3: allows the very style that a page of $name carries', (theme) => {
    const page = renderPage({ title: 'A page', language: 'en', theme, body: html`<h1>A page</h1>` })
    const styles = [...page.matchAll(/<style>(.*?)<\/style>/gs)].map(([, text = '']) => text)
    expect(styles).toHaveLength(1)
    const hash = createHash('sha256')
      .update(styles[0] ?? '')
      .digest('base64')
    expect(contentSecurityPolicy(theme)).toContain(`style-src 'sha256-${hash}';`)
  })

  it('allows nothing else than that style, images of our own and forms to ourselves', () => {
    expect(contentSecurityPolicy(ostiaryTheme).replace(/'sha256-[^']+'/, "'hash'")).toBe(
      "default-src 'none'; style-src 'hash'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    )
  })

  it.each([
    {
      claim: 'the origin of a web address',
      target: 'https://app.example.com/cb?x=1',
      source: 'https://app.example.com',
    },
    { claim: 'the port with it', target: 'http://127.0.0.1:5000/cb', source: 'http://127.0.0.1:5000' },
    { claim: 'the port alone of an IPv6 address', target: 'http://[::1]:5000/cb', source: 'http://*:5000' },
    { claim: 'the scheme of an app', target: 'com.example.app:/cb', source: 'com.example.app:' },
    {
      claim: 'no directive out of it',
      target: "https://app.example.com/; script-src 'unsafe-inline'",
      source: 'https://app.example.com',
    },
  ])('adds as a form target $claim', ({ target, source }) => {
    expect(contentSecurityPolicy(ostiaryTheme, [target, target])).toContain(`; form-action 'self' ${source}; `)
  })

  it('refuses a form target that is no absolute URL', () => {
    expect(() => contentSecurityPolicy(ostiaryTheme, ['/account'])).toThrow(TypeError)
  })

  it('is frozen and stores nothing', () => {
    const headers = pageHeaders(ostiaryTheme)
    expect(Object.isFrozen(headers)).toBe(true)
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
    })
  })
})
