import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { postPatiently } from './post-patiently.ts'

test('RFC 9110 §10.2.3: a server that is busy is asked again when it says, and any other refusal ends the benchmark', async () => {
  const answers = [503, 503, 200, 401]
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(answers.shift() ?? 500, { 'retry-after': '0' }).end('{"access_token":"given"}')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/login`
  expect(await postPatiently(url, 'a=b')).toEqual({ access_token: 'given' })
  await expect(postPatiently(url, 'a=b')).rejects.toThrow(`${url} 401`)
  expect(answers).toEqual([])
  server.close()
})
