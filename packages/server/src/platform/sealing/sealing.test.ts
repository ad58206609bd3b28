import { describe, expect, it } from 'vitest'
import { randomSecret } from '../random/random.ts'
import { createSealer } from './sealing.ts'
import { SealingError } from './sealing-error.ts'

function codeOf(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof SealingError) return error.code
    throw error
  }
  return 'no error'
}

describe('sealing', () => {
  const older = randomSecret()
  const newer = randomSecret()
  const plain = Buffer.from('a private key')

  it('opens what it sealed, and never seals to the same text twice', () => {
    const sealer = createSealer([older])
    expect(sealer.open(sealer.seal(plain, 'p'), 'p')).toEqual(plain)
    expect(sealer.seal(plain, 'p')).not.toBe(sealer.seal(plain, 'p'))
  })

  it('a replaced secret still opens what it sealed, and a secret never known does not', () => {
    const sealed = createSealer([older]).seal(plain, 'p')
    expect(createSealer([newer, older]).open(sealed, 'p')).toEqual(plain)
    expect(codeOf(() => createSealer([newer]).open(sealed, 'p'))).toBe('unknown_secret')
  })

  it('every changed character and every other purpose is refused', () => {
    const sealer = createSealer([older])
    const sealed = sealer.seal(plain, 'signing_key a')
    expect(codeOf(() => sealer.open(sealed, 'signing_key b'))).toBe('damaged_sealed_text')
    for (let at = 0; at < sealed.length - 1; at += 1) {
      const changed = `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`
      expect(['damaged_sealed_text', 'unknown_secret']).toContain(codeOf(() => sealer.open(changed, 'signing_key a')))
    }
  })

  it('has one spelling: what a decoder would pass over is a change, too', () => {
    const sealer = createSealer([older])
    const sealed = sealer.seal(plain, 'p')
    for (const changed of [`${sealed}.`, `${sealed}.x`, `${sealed}=`, `${sealed} `, sealed.replace('v1.', 'v1. ')])
      expect(['damaged_sealed_text', 'unknown_secret']).toContain(codeOf(() => sealer.open(changed, 'p')))
    const [head = '', id = '', text = ''] = sealed.split('.')
    expect(codeOf(() => sealer.open([head, id, `\ud800${text}`].join('.'), 'p'))).toBe('damaged_sealed_text')
  })

  it('knows its tag of a content for a purpose, under an older secret too, and no other', () => {
    const tag = createSealer([older]).tag(plain, 'p')
    const replaced = createSealer([newer, older])
    expect(replaced.isTagOf(tag, plain, 'p')).toBe(true)
    expect(replaced.isTagOf(tag, plain, 'q')).toBe(false)
    expect(replaced.isTagOf(tag, Buffer.from('another key'), 'p')).toBe(false)
    expect(replaced.isTagOf(tag.subarray(1), plain, 'p')).toBe(false)
    expect(createSealer([newer]).isTagOf(tag, plain, 'p')).toBe(false)
  })

  it.each(['', 'short', randomSecret().slice(1), `${randomSecret()}=`, `${randomSecret()} `, 'ä'.repeat(43)])(
    'refuses the secret %j',
    (secret) => {
      expect(codeOf(() => createSealer([secret]))).toBe('malformed_secret')
    },
  )
})
