import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { createLog } from './create-log.ts'

it('a line has its own fields and none of another line', () => {
  const lines: string[] = []
  const destination = new Writable({ write: (chunk, _, done) => done(void lines.push(String(chunk))) })
  const log = createLog('info', destination)
  log.info({ first: 1 }, 'one')
  log.info({ second: 2 }, 'two')
  expect(Object.keys(JSON.parse(lines[1] ?? '{}'))).toEqual(['level', 'time', 'second', 'msg'])
})
