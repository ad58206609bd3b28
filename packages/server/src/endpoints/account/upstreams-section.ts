import { listIdentities } from '../../domain/federated-identities/list-identities.ts'
import { listUpstreams } from '../../domain/upstreams/list-upstreams.ts'
import type { SecurityVisit, ShownSection } from '../security-section.ts'
import { renderUpstreams } from './render-upstreams.ts'

/** The providers that people may log in with here, and which of them the account is connected with. */
export async function upstreamsSection({
  sql,
  urls,
  session,
  language,
}: SecurityVisit): Promise<ShownSection | undefined> {
  const upstreams = await listUpstreams(sql)
  if (upstreams.length === 0) return undefined
  const issuers = (await listIdentities(sql, session.accountId)).map(({ issuer }) => issuer)
  const shown = upstreams.map(({ id, name, issuer }) => ({ id, name, isConnected: issuers.includes(issuer) }))
  return {
    name: 'upstreams',
    json: shown.map(({ id, name, isConnected }) => ({ id, name, connected: isConnected })),
    html: renderUpstreams({ upstreams: shown, upstreamsAction: urls.accountUpstreamsPath, language }),
  }
}
