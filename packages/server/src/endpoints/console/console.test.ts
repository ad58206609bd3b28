import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { ConsoleFiles } from './console-files.ts'

describe.each([{ issuerPath: '' }, { issuerPath: '/tenant' }])(
  'the console of an issuer with the path "$issuerPath"',
  (options) => {
    let server: TestServer
    beforeAll(async () => {
      server = await startTestServer(options)
    })
    afterAll(() => server?.stop())

    async function readPage(path = '/'): Promise<{ answer: Response; text: string; files: string[] }> {
      const answer = await fetch(`${server.issuer}/console${path}`)
      const text = await answer.text()
      const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url = '']) => url)
      return { answer, text, files }
    }

    it('answers every address below it with the page, which names its files from the issuer’s path', async () => {
      for (const path of ['/', '/keys', '/accounts/abc%20d', '/callback?code=x']) {
        const { answer, files } = await readPage(path)
        expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8'])
        expect(files.length).toBeGreaterThanOrEqual(3)
        for (const file of files)
          expect(file).toMatch(new RegExp(`^${options.issuerPath}/console/(assets/|mark\\.svg$)`))
      }
      const bare = await fetch(`${server.issuer}/console`, { redirect: 'manual' })
      expect([bare.status, bare.headers.get('location')]).toEqual([308, `${options.issuerPath}/console/`])
    })

    it('CSP3: the page runs its own files only, with a nonce of each request for styles, and is never framed', async () => {
      const pages = [await readPage(), await readPage()]
      const nonces = pages.map(({ answer, text }) => {
        const policy = answer.headers.get('content-security-policy') ?? ''
        const [, nonce = ''] = /style-src 'self' 'nonce-([\w-]{43})';/.exec(policy) ?? []
        expect(policy.replace(nonce, 'NONCE')).toBe(
          "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-NONCE'; img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
        )
        expect(text).toContain(`content="${nonce}"`)
        expect(text).not.toMatch(/<script(?![^>]* src=)|<style| on\w+=/)
        return nonce
      })
      expect(new Set(nonces).size).toBe(2)
      expect(pages[0]?.answer.headers.get('cache-control')).toBe('no-cache')
      expect(pages[0]?.answer.headers.get('x-content-type-options')).toBe('nosniff')
    })

    it.each([
      ['br', 'br'],
      ['gzip, deflate', 'gzip'],
      ['gzip;q=1.0, br;q=0', 'gzip'],
      ['identity', null],
    ])(
      'RFC 9110 §12.5.3: with accept-encoding %s its files come as %s, and may be kept for ever',
      async (accepted, coding) => {
        const { files } = await readPage()
        for (const file of files.filter((name) => name.includes('/assets/'))) {
          const answer = await fetch(new URL(file, server.issuer), { headers: { 'accept-encoding': accepted } })
          const [type] = (answer.headers.get('content-type') ?? '').split(';')
          expect([answer.status, type]).toEqual([200, file.endsWith('.css') ? 'text/css' : 'text/javascript'])
          expect(answer.headers.get('content-encoding')).toBe(coding)
          expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
          expect(answer.headers.get('vary')).toBe('accept-encoding')
          expect((await answer.text()).length).toBeGreaterThan(1000)
        }
      },
    )

    it.each(['../index.html', '..%2f..%2fpackage.json', 'nothing.js', '', '%00', 'index.js.br/../x.js', 'constructor'])(
      'reads no file that the build did not make: assets/%s',
      async (name) => {
        const answer = await fetch(`${server.running.url}${options.issuerPath}/console/assets/${name}`)
        // A path that is resolved before it is sent leads to the page, which is no file either.
        const isPage = (answer.headers.get('content-type') ?? '').startsWith('text/html')
        expect([isPage ? 404 : answer.status, isPage && name.startsWith('../')]).toEqual([
          404,
          name === '../index.html',
        ])
      },
    )
  },
)

it('an accept-encoding full of blanks is read in no time, though anybody may send it', async () => {
  const begunAt = performance.now()
  const file = await ConsoleFiles.open()?.find('mark.svg', `br;q=1${' '.repeat(60_000)}x, gzip ; q=0`)
  expect([file?.contentType, file?.encoding]).toEqual(['image/svg+xml', 'br'])
  expect(performance.now() - begunAt).toBeLessThan(2000)
})
