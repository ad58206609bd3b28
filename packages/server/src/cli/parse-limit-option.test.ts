import { expect, it } from 'vitest'
import { CommandError } from './command.ts'
import { parseLimitOption } from './parse-limit-option.ts'

it.each(['1', '20', '99999'])('a limit of %s is taken', (limit) => {
  expect(parseLimitOption(limit)).toBe(Number(limit))
})

it.each(['0', '', '-1', '01', '1.5', '1e3', '100000', ' 1', 'all', '١'])('a limit of "%s" is refused', (limit) => {
  expect(() => parseLimitOption(limit)).toThrow(CommandError)
})
