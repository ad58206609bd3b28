import { createClient } from '../src/domain/clients/create-client.ts'
import { parseClient } from '../src/domain/clients/parse-client.ts'
import type { TestServer } from './test-server.ts'

/** A registered client, and how it authenticates. */
export interface TestClient {
  readonly id: string
  readonly secret: string
  /** RFC 6749 §2.3.1 */
  readonly authorization: string
}

/** Registers a confidential client with these scopes, as the command line does. */
export async function addConfidentialClient(
  { running }: TestServer,
  scopes: readonly string[],
  grants: readonly string[] = [],
): Promise<TestClient> {
  const parsed = parseClient({ name: 'Back office', type: 'confidential', scopes, grants })
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { client, secret = '' } = await running.installation.database.write((tx) =>
    createClient(tx, parsed.client, 'cli'),
  )
  const authorization = `Basic ${Buffer.from(`${client.id}:${secret}`).toString('base64')}`
  return { id: client.id, secret, authorization }
}

/** Posts JSON as a confidential client. */
export function postJson(url: string, body: object, authorization?: string): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
}

/** Posts a form, as OAuth endpoints take it. */
export function postForm(url: string, form: Record<string, string>, authorization?: string): Promise<Response> {
  const headers = authorization === undefined ? {} : { authorization }
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(form) })
}
