import type { ChangedClient } from '../../../domain/clients/change-client.ts'
import type { RefusedSecret } from '../../../domain/clients/rotate-client-secret.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { refuseUnready } from '../refuse-unready.ts'
import { unknownResource } from '../unknown-resource.ts'

/** What is answered where a client can't be changed. */
export function refuseClient(refused: Extract<ChangedClient, { ok: false }> | RefusedSecret): Problem {
  switch (refused.reason) {
    case 'unknown_client':
      return unknownResource('client')
    case 'invalid_option':
      return new Problem({ status: 400, code: 'invalid_parameter', detail: refused.sentence })
    case 'key_not_everywhere':
      return refuseUnready(refused, refused.algorithm)
    case 'built_in_client':
      return new Problem({
        status: 409,
        code: 'built_in',
        detail: 'That client is this server’s own: it stays as it is.',
      })
    case 'described_by_document':
      return new Problem({
        status: 409,
        code: 'described_by_document',
        detail: 'That client is described by a document on the web: whoever keeps the document changes it.',
      })
    case 'public_client':
      return new Problem({ status: 409, code: 'no_secret', detail: 'That client is public: it has no secret.' })
    case 'client_has_keys':
      return new Problem({
        status: 409,
        code: 'no_secret',
        detail: 'That client proves who it is with its keys: it has no secret.',
      })
  }
}
