import { expect, test } from 'vitest'
import { FeedRequests } from './feed-requests.ts'

const url = 'https://login.example.com/revocation-feed'

async function askEverything(credential?: { clientId: string; clientSecret: string }): Promise<(string | null)[]> {
  const seen: (string | null)[] = []
  const fetch = async (_: unknown, init?: RequestInit) => {
    seen.push(new Headers(init?.headers).get('authorization'))
    expect(init?.redirect).toBe('error')
    return new Response('{}')
  }
  const requests = new FeedRequests(fetch, new AbortController().signal, credential)
  const asked = { after: 0, nonce: undefined }
  await requests.openStream(url, asked, new AbortController().signal)
  await requests.readLog(url, asked)
  await requests.readSnapshot(url)
  await requests.post(`${url}/ack`, 'application/json', '{}')
  return seen
}

test('RFC 6749 §2.3.1: a guard with a credential proves its client with each request, form-encoded; another one sends nothing', async () => {
  const basic = `Basic ${Buffer.from('cli_1:a%3Ab+c').toString('base64')}`
  const all = await askEverything({ clientId: 'cli_1', clientSecret: 'a:b c' })
  expect(all).toEqual([basic, basic, basic, basic])
  expect(await askEverything()).toEqual([null, null, null, null])
})

test('a proof whose hashes are no texts proves nothing, and takes no memory for what they claim to be', async () => {
  const answer = JSON.stringify({ hashes: [{ length: 2_000_000_000 }, 7, null, ['AA']] })
  const requests = new FeedRequests(async () => new Response(answer), new AbortController().signal, undefined)
  const hashes = await requests.readProof(url, 1, 2)
  expect(hashes?.every(({ length }) => length < 32)).toBe(true)
  for (const none of ['null', '[]', '7', '{"hashes":"AA"}', '']) {
    const odd = new FeedRequests(async () => new Response(none), new AbortController().signal, undefined)
    await expect(odd.readProof(url, 1, 2)).rejects.toThrow('the audit log answered 200')
  }
})
