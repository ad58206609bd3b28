import { contrastOf } from './colour.ts'
import type { Theme } from './theme.ts'

/** The colours of one scheme by role, each `#rrggbb`. */
export interface Palette {
  readonly paper: string
  readonly surface: string
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly fieldBorder: string
  readonly accent: string
  readonly onAccent: string
  readonly danger: string
}

export type Scheme = 'light' | 'dark'

const basePalettes: Readonly<Record<Scheme, Palette>> = {
  light: {
    paper: '#fbfaf7',
    surface: '#ffffff',
    ink: '#1c1b19',
    muted: '#5f5b54',
    line: '#e3dfd6',
    fieldBorder: '#8c867b',
    accent: '#0f5e5a',
    onAccent: '#ffffff',
    danger: '#a3261b',
  },
  dark: {
    paper: '#141412',
    surface: '#1d1c1a',
    ink: '#f1eee7',
    muted: '#a8a298',
    line: '#34322d',
    fieldBorder: '#6e695f',
    accent: '#6fc7bf',
    onAccent: '#0b2321',
    danger: '#f2917f',
  },
}

// WCAG 2.2, success criterion 1.4.3: text and links.
const leastContrast = 4.5

/**
 * The colours of a theme in one scheme.
 *
 * @throws {TypeError} when the accent is no colour or can not be read on the paper, with the contrast it has
 */
export function paletteOf(theme: Theme, scheme: Scheme): Palette {
  const base = basePalettes[scheme]
  const accent = theme.accent?.[scheme]
  if (accent === undefined) return base
  const contrast = Math.min(contrastOf(accent, base.paper), contrastOf(accent, base.surface))
  if (contrast < leastContrast) {
    throw new TypeError(
      `The ${scheme} accent ${accent} has a contrast of ${contrast.toFixed(1)} on the page; it needs ${leastContrast} or more, as ${findReadable(accent, scheme)} has.`,
    )
  }
  const onAccent = contrastOf(accent, '#ffffff') >= contrastOf(accent, '#000000') ? '#ffffff' : '#000000'
  return { ...base, accent, onAccent }
}

/** The colour nearest to an accent, towards black or white, that can be read. */
function findReadable(accent: string, scheme: Scheme): string {
  const { paper, surface, ...base } = basePalettes[scheme]
  const towards = scheme === 'light' ? '#000000' : '#ffffff'
  const shades = Array.from({ length: 100 }, (_, step) => mix(accent, towards, (step + 1) / 100))
  return (
    shades.find((shade) => Math.min(contrastOf(shade, paper), contrastOf(shade, surface)) >= leastContrast) ??
    base.accent
  )
}

function mix(colour: string, towards: string, share: number): string {
  const channels = [1, 3, 5].map((at) => {
    const [from, to] = [colour, towards].map((one) => Number.parseInt(one.slice(at, at + 2), 16))
    return Math.round((from ?? 0) * (1 - share) + (to ?? 0) * share)
  })
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`
}
