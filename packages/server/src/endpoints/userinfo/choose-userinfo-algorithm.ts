import type { Client, IdTokenAlgorithm } from '../../domain/clients/client.ts'

/**
 * What userinfo is signed with; undefined where it is plain JSON. A client that is registered for it gets it signed, and any that takes nothing
 * but `application/jwt`.
 *
 * @see OpenID Connect Core §5.3.2
 */
export function chooseUserinfoAlgorithm(
  client: Client | undefined,
  accept: string | undefined,
): IdTokenAlgorithm | undefined {
  if (client?.userinfoAlgorithm) return client.userinfoAlgorithm
  const types = (accept ?? '').split(',').map((range) => range.split(';')[0]?.trim().toLowerCase())
  const takesOnlySigned = types.includes('application/jwt') && !types.includes('application/json')
  return takesOnlySigned ? (client?.idTokenAlgorithm ?? 'ES256') : undefined
}
