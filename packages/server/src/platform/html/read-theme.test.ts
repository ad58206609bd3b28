import { describe, expect, test } from 'vitest'
import { html } from './html.ts'
import { readTheme, ThemeError, type ThemeSettings } from './read-theme.ts'
import { readThemeImage } from './read-theme-image.ts'
import { renderPage } from './render-page.ts'

const svg = (attributes: string) => `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" ${attributes}></svg>`

/** The beginning of a PNG of this size, as far as it is read. */
function png(width: number, height: number, bytes = 100): Buffer {
  const file = Buffer.alloc(bytes)
  file.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13])
  file.write('IHDR', 12)
  file.writeUInt32BE(width, 16)
  file.writeUInt32BE(height, 20)
  return file
}

const files: Readonly<Record<string, Buffer>> = {
  'wide.svg': Buffer.from(svg('viewBox="0 0 120 24"')),
  'square.png': png(56, 56),
  'banner.svg': Buffer.from(svg('viewBox="0 0 1000 100"')),
  'large.png': png(560, 560, 9001),
  'photo.jpg': Buffer.from('ffd8ffe000104a464946', 'hex'),
}

function read(settings: ThemeSettings) {
  return readTheme(settings, (file) => {
    const content = files[file]
    if (content) return content
    throw new Error('ENOENT')
  })
}

describe('readTheme', () => {
  test('no settings: the look of the product itself', () => {
    expect(read({})).toEqual({ name: 'Ostiary' })
  })

  test('everything that can be set, frozen', () => {
    const theme = read({
      name: 'Fish & Chips',
      ...{ logo: 'wide.svg', logoDark: 'square.png', icon: 'square.png' },
      accent: { light: '#1D4ED8', dark: '#93c5fd' },
      ...{ termsUrl: 'https://example.com/terms', privacyUrl: 'https://example.com/privacy' },
    })
    const square = { url: expect.stringMatching(/^data:image\/png;base64,iVBOR/), width: 56, height: 56 }
    expect(theme).toEqual({
      name: 'Fish & Chips',
      logo: {
        light: { url: expect.stringMatching(/^data:image\/svg\+xml;base64,/), width: 120, height: 24 },
        dark: square,
      },
      iconUrl: square.url,
      accent: { light: '#1D4ED8', dark: '#93c5fd' },
      ...{ termsUrl: 'https://example.com/terms', privacyUrl: 'https://example.com/privacy' },
    })
    expect(Object.isFrozen(theme)).toBe(true)
  })

  test.each<[what: string, settings: ThemeSettings, sentence: RegExp]>([
    ['a name of two lines', { name: 'Fish\nChips' }, /^name must be one line of 1 to 60 characters\.$/],
    ['no name', { name: '' }, /^name must be/],
    ['a name of 61 characters', { name: 'W'.repeat(61) }, /^name must be/],
    ['a file that is not there', { logo: 'none.svg' }, /^logo names the file none\.svg, which can't be read\.$/],
    ['another format', { icon: 'photo.jpg' }, /^icon must be an SVG .* or a PNG; photo\.jpg is neither\./],
    ['a logo that is too wide', { logo: 'banner.svg' }, /^logo must be at most 9 times as wide as it is high\.$/],
    ['a logo for the dark alone', { logoDark: 'wide.svg' }, /^logoDark needs a logo/],
    [
      'more than 9,000 bytes',
      { logo: 'large.png' },
      /^logo, logoDark and icon have 9001 bytes together, but at most 9000/,
    ],
    ['terms over http', { termsUrl: 'http://example.com/terms' }, /^termsUrl must be an https URL/],
    ['a script for privacy', { privacyUrl: 'javascript:alert(1)' }, /^privacyUrl must be an https URL/],
    [
      'WCAG 2.2 §1.4.3: an accent that can’t be read in the light',
      { accent: { light: '#ffcc00', dark: '#ffcc00' } },
      /^accent: The light accent #ffcc00 has a contrast of 1\.4 on the page; it needs 4\.5 or more, as #[0-9a-f]{6} has\.$/,
    ],
    [
      'WCAG 2.2 §1.4.3: an accent that can’t be read in the dark',
      { accent: { light: '#1d4ed8', dark: '#1d4ed8' } },
      /^accent: The dark accent #1d4ed8 has a contrast of 2\.\d on the page; it needs 4\.5 or more, as #[0-9a-f]{6} has\.$/,
    ],
    ['a colour by name', { accent: { light: 'teal', dark: '#93c5fd' } }, /^accent: A colour has the form #rrggbb/],
  ])('%s is refused with a sentence', (_what, settings, sentence) => {
    expect(() => read(settings)).toThrow(ThemeError)
    expect(() => read(settings)).toThrow(sentence)
  })

  test.each([
    ['light', '#ffcc00'],
    ['dark', '#1d4ed8'],
    ['dark', '#000000'],
  ] as const)('the colour that a refusal of a %s accent %s names is accepted', (scheme, colour) => {
    const accent = { light: '#1d4ed8', dark: '#93c5fd', [scheme]: colour }
    const [, named = ''] = /as (#[0-9a-f]{6}) has/.exec(String(messageOf(() => read({ accent })))) ?? []
    expect(read({ accent: { ...accent, [scheme]: named } }).accent?.[scheme]).toBe(named)
  })
})

function messageOf(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}

describe('readThemeImage', () => {
  test.each([
    ['a viewBox', svg('viewBox="0 0 48 24"'), 48, 24],
    ['a viewBox with commas', svg("viewBox='-4,-4,48,24'"), 48, 24],
    ['width and height', svg('width="48px" height="24"'), 48, 24],
  ])('an SVG says its size by %s', (_what, text, width, height) => {
    expect(readThemeImage(Buffer.from(text))).toMatchObject({ width, height })
  })

  test.each([
    ['an SVG without a size', svg('')],
    ['an SVG of no height', svg('viewBox="0 0 48 0"')],
    ['an SVG without its namespace', '<svg viewBox="0 0 48 24"></svg>'],
    ['HTML', '<!doctype html><p>svg</p>'],
    ['nothing', ''],
  ])('%s is none', (_what, text) => {
    expect(readThemeImage(Buffer.from(text))).toBeUndefined()
  })

  test('a PNG that is cut short is none', () => {
    expect(readThemeImage(png(56, 56).subarray(0, 20))).toBeUndefined()
  })
})

describe('a page of a theme', () => {
  const page = (settings: ThemeSettings) =>
    renderPage({ title: 'Sign in', language: 'de', theme: read(settings), body: html`<h1>Sign in</h1>` })

  test('a logo keeps its place free; one that is wide says the name itself', () => {
    expect(page({ name: 'Acme', logo: 'wide.svg' })).toMatch(
      /<picture><img class="logo" src="data:[^"]+" alt="Acme" width="140" height="28"><\/picture><\/header>/,
    )
    expect(page({ name: 'Acme', logo: 'square.png' })).toMatch(
      /alt="" width="28" height="28"><\/picture><bdi>Acme<\/bdi><\/header>/,
    )
  })

  test('a logo for the dark is taken in the dark', () => {
    expect(page({ logo: 'wide.svg', logoDark: 'square.png' })).toContain(
      '<picture><source media="(prefers-color-scheme:dark)" srcset="data:image/png;base64,',
    )
  })

  test('terms and privacy are linked in the language of the page, and without them there is no footer', () => {
    const linked = page({ termsUrl: 'https://example.com/terms?a=1&b=2', privacyUrl: 'https://example.com/privacy' })
    expect(linked).toContain(
      'href="https://example.com/terms?a=1&amp;b=2" target="_blank" rel="noopener">Nutzungsbedingungen</a>',
    )
    expect(linked).toContain('>Datenschutz</a>')
    expect(page({})).not.toContain('<footer>')
  })
})
