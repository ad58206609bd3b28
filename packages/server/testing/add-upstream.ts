import { createUpstream } from '../src/domain/upstreams/create-upstream.ts'
import { parseUpstream, type UpstreamInput } from '../src/domain/upstreams/parse-upstream.ts'
import type { Upstream } from '../src/domain/upstreams/upstream.ts'
import type { TestServer } from './test-server.ts'

/** Registers an upstream provider, as the command line does; a preset's provider may stand at another issuer, here on loopback. */
export async function addUpstream(
  { running }: TestServer,
  input: UpstreamInput,
  clientSecret?: string,
  at?: { readonly issuer: string },
): Promise<Upstream> {
  const parsed = parseUpstream(input)
  if (!parsed.ok) throw new Error(parsed.sentence)
  const { database, sealer } = running.installation
  const creation = { description: { ...parsed.upstream, ...at }, clientSecret, actor: 'cli' } as const
  const created = await database.write((tx) => createUpstream(tx, sealer, creation))
  if (!created.ok) throw new Error(created.reason)
  return created.upstream
}
