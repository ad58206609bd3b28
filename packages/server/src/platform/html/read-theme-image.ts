import type { ThemeImage } from './theme.ts'

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/**
 * Reads an SVG or a PNG: what it is and how large, as its first bytes say. Undefined: it is neither, or does not say its size.
 *
 * In an `img` an SVG runs no script and loads nothing (SVG 2 §2.2.6, secure static mode), so its content needs no check.
 */
export function readThemeImage(bytes: Buffer): ThemeImage | undefined {
  return bytes.subarray(0, 8).equals(pngSignature) ? readPng(bytes) : readSvg(bytes)
}

/** PNG (third edition) §11.2.1: the first chunk is IHDR, and begins with width and height. */
function readPng(bytes: Buffer): ThemeImage | undefined {
  if (bytes.length < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return describe('png', bytes, bytes.readUInt32BE(16), bytes.readUInt32BE(20))
}

function readSvg(bytes: Buffer): ThemeImage | undefined {
  const tag = /<svg\s[^>]*>/.exec(bytes.toString())?.[0]
  // Without its namespace it is no SVG to a browser that reads it as a file of its own.
  if (!tag?.includes('http://www.w3.org/2000/svg')) return undefined
  const [, viewBox = ''] = /\sviewBox=["']([^"']*)["']/.exec(tag) ?? []
  const [, , width, height] = viewBox.trim().split(/[\s,]+/)
  return describe(
    'svg+xml',
    bytes,
    Number(width ?? readLength(tag, 'width')),
    Number(height ?? readLength(tag, 'height')),
  )
}

/** A length in pixels, which need not say so. */
function readLength(tag: string, name: 'width' | 'height'): string | undefined {
  return new RegExp(`\\s${name}=["']([0-9.]+)(?:px)?["']`).exec(tag)?.[1]
}

function describe(type: string, bytes: Buffer, width: number, height: number): ThemeImage | undefined {
  if (!(width > 0 && height > 0 && Number.isFinite(width) && Number.isFinite(height))) return undefined
  return { url: `data:image/${type};base64,${bytes.toString('base64')}`, width, height }
}
