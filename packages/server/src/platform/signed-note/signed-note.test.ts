import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseCheckpoint, renderCheckpoint } from './checkpoint.ts'
import { openNote, parseVerifierKey, renderVerifierKey, signNote } from './signed-note.ts'

// From the documentation of golang.org/x/mod/sumdb/note, which signed-note was taken from.
const vkey = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
const note = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`

const pair = generateKeyPairSync('ed25519')
const signer = { name: 'login.example.com/audit', ...pair }

describe('signed notes', () => {
  it('a note of another implementation is opened by its verifier key, and the key is written as there', () => {
    const verifier = parseVerifierKey(vkey)
    if (!verifier) throw new Error('the key was not read')
    expect(openNote(note, verifier)).toBe(text)
    expect(renderVerifierKey(verifier)).toBe(vkey)
    expect(openNote(note.replace('answer', 'enswer'), verifier)).toBeUndefined()
  })

  it('what it signs it opens, among lines of other signers too; a changed byte, name or key does not', () => {
    const own = signNote('a\nb\n', signer)
    expect(openNote(own, signer)).toBe('a\nb\n')
    expect(openNote(`${own}— somebody.example AAAAAAAA\n`, signer)).toBe('a\nb\n')
    expect(openNote(own.replace('b', 'c'), signer)).toBeUndefined()
    for (const other of [own.replace('=\n', '==\n'), own.replace('=\n', '\n')])
      expect(openNote(other, signer), other).toBeUndefined()
    expect(openNote(own, { ...signer, name: 'other.example.com/audit' })).toBeUndefined()
    expect(openNote(own, { ...signer, publicKey: generateKeyPairSync('ed25519').publicKey })).toBeUndefined()
    for (const spoilt of ['', '\n', 'a\nb\n', own.trimEnd(), 'a\n\n']) expect(openNote(spoilt, signer)).toBeUndefined()
  })

  it.each(['', 'a', `${vkey}A`, vkey.replace('c74f20a3', 'c74f20a4'), vkey.replace('+ARpc', '+AhpcA'), ` ${vkey}`])(
    'no verifier key: %j',
    (spoilt) => expect(parseVerifierKey(spoilt)).toBeUndefined(),
  )
})

describe('checkpoints', () => {
  const checkpoint = { origin: 'login.example.com/audit', size: 3, root: Buffer.alloc(32, 7) }

  it('is read as it was written, alone or signed', () => {
    const rendered = renderCheckpoint(checkpoint)
    expect(rendered).toBe('login.example.com/audit\n3\nBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=\n')
    expect(parseCheckpoint(rendered)).toEqual(checkpoint)
    expect(parseCheckpoint(signNote(rendered, signer))).toEqual(checkpoint)
  })

  it.each(['', 'a\n', 'a\n03\nBw==\n', 'a\n-1\nBw==\n', 'a\n3\nBw==\n', '\n3\n\n', 'a\n99999999999999999\nBw==\n'])(
    'no checkpoint: %j',
    (spoilt) => expect(parseCheckpoint(spoilt)).toBeUndefined(),
  )
})
