import { expect, test } from 'vitest'
import { applyChecks, type Check, describeExpected, describeGot } from './check.ts'

interface Policy {
  readonly colour: string
}

const named: Check<Policy> = {
  name: 'type',
  member: 'typ',
  wants: 'colour',
  passes: ({ typ }, { colour }) => typ === colour,
}
const absent: Check<Policy> = { name: 'critical', member: 'crit', passes: ({ crit }) => crit === undefined }
const timed: Check<Policy> = {
  name: 'expiry',
  member: 'exp',
  passes: () => false,
  expected: ({ colour }) => `later, when it is ${colour}`,
  got: ({ exp }) => `at ${exp}`,
  secondsOff: ({ exp }) => exp as number,
}
const policy = { colour: 'blue' }

test('the first check that fails tells what it expected and got; when all pass there is nothing to tell', () => {
  const checks = [absent, named]
  expect(applyChecks(checks, { typ: 'blue' }, policy)).toBeUndefined()
  expect(applyChecks(checks, { typ: 'red', crit: 1 }, policy)).toEqual({
    ok: false,
    failure: { check: 'critical', expected: 'crit to be nothing', got: '1' },
  })
  expect(applyChecks(checks, { typ: 'red' }, policy)).toEqual({
    ok: false,
    failure: { check: 'type', expected: 'typ to be "blue"', got: '"red"' },
  })
})

test('a check in words of its own is told in them, and of a time how far it is off, to the millisecond', () => {
  expect(describeExpected(timed, policy)).toBe('later, when it is blue')
  expect(describeGot(timed, { exp: 7 })).toBe('at 7')
  expect(applyChecks([timed], { exp: 1.23456 }, policy)).toEqual({
    ok: false,
    failure: { check: 'expiry', expected: 'later, when it is blue', got: 'at 1.23456', secondsOff: 1.235 },
  })
})
