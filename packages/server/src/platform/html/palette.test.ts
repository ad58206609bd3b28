import { describe, expect, it } from 'vitest'
import { contrastOf } from './colour.ts'
import { type Palette, paletteOf } from './palette.ts'
import { ostiaryTheme, type Theme } from './theme.ts'

const textPairs: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ['ink', 'paper'],
  ['ink', 'surface'],
  ['muted', 'paper'],
  ['accent', 'paper'],
  ['onAccent', 'accent'],
  ['danger', 'surface'],
]

describe.each(['light', 'dark'] as const)('the %s palette', (scheme) => {
  const palette = paletteOf(ostiaryTheme, scheme)

  it.each(textPairs)('has a contrast of 6 or more for %s on %s', (text, ground) => {
    expect(contrastOf(palette[text], palette[ground])).toBeGreaterThanOrEqual(6)
  })

  it.each(['paper', 'surface'] as const)('WCAG 2.2 §1.4.11: has a field border of 3 or more on %s', (ground) => {
    expect(contrastOf(palette.fieldBorder, palette[ground])).toBeGreaterThanOrEqual(3)
  })
})

describe('an accent of one’s own', () => {
  const themed = (light: string, dark: string): Theme => ({ name: 'Acme', accent: { light, dark } })

  it('replaces the accent and takes the better of black and white on it', () => {
    expect(paletteOf(themed('#1d4ed8', '#93c5fd'), 'light')).toMatchObject({ accent: '#1d4ed8', onAccent: '#ffffff' })
    expect(paletteOf(themed('#1d4ed8', '#93c5fd'), 'dark')).toMatchObject({ accent: '#93c5fd', onAccent: '#000000' })
  })

  it('is refused when it can not be read, with the contrast it has', () => {
    expect(() => paletteOf(themed('#ffcc00', '#ffcc00'), 'light')).toThrow(
      'The light accent #ffcc00 has a contrast of 1.4 on the page; it needs 4.5 or more, as #8c7000 has.',
    )
  })

  it.each(['red', '#fff', '#1d4ed8;}*{display:none', ''])('is refused when it is no #rrggbb: %j', (accent) => {
    expect(() => paletteOf(themed(accent, accent), 'light')).toThrow(TypeError)
  })
})

describe('contrastOf', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#000000', 21],
    ['#777777', '#ffffff', 4.48],
    ['#123456', '#123456', 1],
  ])('WCAG 2.2: %s and %s have %d', (one, other, contrast) => {
    expect(contrastOf(one, other)).toBeCloseTo(contrast, 2)
  })
})
