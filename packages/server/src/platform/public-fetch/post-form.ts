import { type SendOptions, sendRequest } from './send-request.ts'

/**
 * Posts a form and gives the status of the answer, whatever it is; its body is not read and a redirect not followed.
 *
 * @throws PublicFetchError for an address that is not allowed, and when no answer comes in time.
 */
export async function postForm(
  url: URL,
  form: Readonly<Record<string, string>>,
  options: SendOptions = {},
): Promise<number> {
  const body = new URLSearchParams(form).toString()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Ostiary',
  }
  return sendRequest(url, { method: 'POST', headers, body }, options, (response) => {
    response.destroy()
    return response.statusCode ?? 0
  })
}
