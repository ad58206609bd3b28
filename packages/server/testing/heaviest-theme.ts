import { readTheme } from '../src/platform/html/read-theme.ts'
import type { Theme } from '../src/platform/html/theme.ts'

/** A theme with everything that it can have: the most bytes of images, logos as wide as may be, and an accent that is hardly accepted. */
export function heaviestTheme(): Theme {
  const files: Readonly<Record<string, Buffer>> = {
    'logo.svg': makeSvg('0 0 900 100', '#0f5e5a'),
    'dark.svg': makeSvg('0 0 900 100', '#6fc7bf'),
    'icon.svg': makeSvg('0 0 100 100', '#0f5e5a'),
  }
  return readTheme(
    {
      name: 'Corner Shop',
      ...{ logo: 'logo.svg', logoDark: 'dark.svg', icon: 'icon.svg' },
      accent: { light: '#737373', dark: '#848484' },
      ...{ termsUrl: 'https://shop.example.com/terms', privacyUrl: 'https://shop.example.com/privacy' },
    },
    (file) => files[file] ?? Buffer.alloc(0),
  )
}

/** 3,000 bytes. */
function makeSvg(viewBox: string, fill: string): Buffer {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}"><path d="M0 0h900v100H0z" fill="${fill}"/>`
  return Buffer.from(`${svg.padEnd(2994)}</svg>`)
}
