import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import { NodeRequest } from './node-request.ts'

function incoming(headers: Record<string, string>, rawHeaders: readonly string[]): IncomingMessage {
  return Object.assign(new IncomingMessage(new Socket()), { headers, rawHeaders: [...rawHeaders] })
}

test.each([
  ['one line', ['Host', 'a', 'Authorization', 'Bearer a'], 'Bearer a'],
  ['two lines', ['Authorization', 'Bearer a', 'Host', 'a', 'AUTHORIZATION', 'Bearer b'], ['Bearer a', 'Bearer b']],
  ['a value that is spelled like the name', ['X-Name', 'authorization', 'Authorization', 'Bearer a'], 'Bearer a'],
  ['no lines at all, as serverless platforms leave them', [], 'Bearer a'],
])('Authorization: %s', (_, rawHeaders, expected) => {
  const request = incoming({ authorization: 'Bearer a' }, rawHeaders)
  expect(new NodeRequest(request, '/', undefined).header('authorization')).toEqual(expected)
})

test('RFC 9113 §8.2.3: cookies in several lines are one header', () => {
  const request = incoming({ cookie: 'a=1; b=2' }, ['Cookie', 'a=1', 'Cookie', 'b=2'])
  expect(new NodeRequest(request, '/', undefined).header('cookie')).toBe('a=1; b=2')
})
