import { expect, test } from 'vitest'
import { readBody } from './read-body.ts'

const form = 'application/x-www-form-urlencoded'

function post(body: BodyInit, contentType: string): Request {
  return new Request('https://api.example.com', { method: 'POST', body, headers: { 'content-type': contentType } })
}

test.each([
  ['a form', form, 'token=a%2Bb&amount=3', { token: ['a+b'], amount: ['3'] }],
  ['a form with a charset', `${form.toUpperCase()}; charset=utf-8`, 'token=a', { token: ['a'] }],
  ['a repeated parameter, which stays visible', form, 'token=a&token=b', { token: ['a', 'b'] }],
  ['a parameter named like a member of every object', form, '__proto__=a', { ['__proto__']: ['a'] }],
  ['JSON', 'application/json', '{"token":"a"}', { token: 'a' }],
  ['broken JSON', 'application/json', '{"token":', undefined],
  ['another content type', 'text/plain', 'token=a', undefined],
  ['64 KiB', form, `token=${'a'.repeat(65_530)}`, { token: ['a'.repeat(65_530)] }],
  ['more than 64 KiB', form, `token=${'a'.repeat(65_531)}`, undefined],
])('%s', async (_, contentType, body, expected) => {
  const request = post(body, contentType)
  const read = await readBody(request)
  expect(read === undefined ? undefined : Object.entries(read as object)).toEqual(expected && Object.entries(expected))
  // Read or not, it is there for the handler.
  expect(await request.text()).toBe(body)
})

test('a body of unknown size is read up to the bound only', async () => {
  let pulled = 0
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulled += 1
      controller.enqueue(new Uint8Array(16_384).fill(0x61))
    },
  })
  const request = new Request('https://api.example.com', {
    method: 'POST',
    body: endless,
    duplex: 'half',
    headers: { 'content-type': form },
  } as RequestInit)
  expect(await readBody(request)).toBeUndefined()
  expect(pulled).toBeLessThan(10)
})

test('no body and a body already read are nothing to look into', async () => {
  expect(await readBody(new Request('https://api.example.com'))).toBeUndefined()
  const request = post('token=a', form)
  await request.text()
  expect(await readBody(request)).toBeUndefined()
})

test('a content type full of blanks is read in no time, though anybody may send it', async () => {
  const begunAt = performance.now()
  expect(await readBody(post('token=a', `${form}${' '.repeat(60_000)}x`))).toBeUndefined()
  expect(performance.now() - begunAt).toBeLessThan(2000)
  expect(await readBody(post('token=a', `${form} ; charset=utf-8`))).toEqual({ token: ['a'] })
})
