import { expect, test } from 'vitest'
import { OngoingTrouble } from './ongoing-trouble.ts'

test('trouble at every poll is told once when it begins and once when it ends, and again when it comes back', () => {
  const told: [object, string][] = []
  const log = { warn: (details: object, message: string) => told.push([details, message]) }
  const trouble = new OngoingTrouble(log, { begins: 'the well is dry', ends: 'there is water again' })
  const error = new Error('no water')
  for (const met of [undefined, error, new Error('still none'), undefined, undefined, error]) trouble.note(met)
  expect(told).toEqual([
    [{ error }, 'the well is dry'],
    [{}, 'there is water again'],
    [{ error }, 'the well is dry'],
  ])
})
