import { expect, test } from 'vitest'
import { Standings } from './standings.ts'

function start() {
  const moment = { now: 0 }
  return { moment, standings: new Standings(() => moment.now) }
}

function refuse(standings: Standings, party: string, times: number): void {
  for (let time = 0; time < times; time += 1) standings.noteRefused(party)
}

test('who is refused a thousand times within a second is failing until a second has gone by with less', () => {
  const { moment, standings } = start()
  refuse(standings, 'flood', 999)
  expect(standings.isFailing('flood')).toBe(false)
  refuse(standings, 'flood', 1)
  expect(standings.isFailing('flood')).toBe(true)
  expect(standings.isFailing('ada')).toBe(false)
  moment.now += 1000
  expect(standings.isFailing('flood')).toBe(true)
  refuse(standings, 'flood', 5)
  moment.now += 1000
  expect(standings.isFailing('flood')).toBe(false)
})

test('what was refused longer ago than two seconds counts for nothing', () => {
  const { moment, standings } = start()
  refuse(standings, 'flood', 1000)
  moment.now += 2000
  expect(standings.areAnyFailing).toBe(false)
  expect(standings.isFailing('flood')).toBe(false)
})

test('a party where somebody was right within the hour is familiar, and never failing: others share its network', () => {
  const { moment, standings } = start()
  standings.noteRight('office')
  refuse(standings, 'office', 1000)
  expect(standings.isFamiliar('office')).toBe(true)
  expect(standings.isFailing('office')).toBe(false)
  moment.now += 3_600_000
  expect(standings.isFamiliar('office')).toBe(false)
})

test('no more than ten thousand are familiar: who was not right for longest is forgotten', () => {
  const { standings } = start()
  for (let index = 0; index < 10_000; index += 1) standings.noteRight(`party ${index}`)
  standings.noteRight('party 0')
  standings.noteRight('one more')
  expect(standings.isFamiliar('party 0')).toBe(true)
  expect(standings.isFamiliar('party 1')).toBe(false)
  expect(standings.isFamiliar('party 2')).toBe(true)
})
