import { Type } from 'typebox'
import { findClient } from '../../../domain/clients/find-client.ts'
import {
  DEFAULT_OVERLAP,
  endPreviousSecret,
  OVERLAP_SENTENCE,
  parseOverlap,
  rotateClientSecret,
} from '../../../domain/clients/rotate-client-secret.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import { closed, nullable, renderTime, renderTimeOrNull, text, time } from '../admin-schemas.ts'
import { answerOnce } from '../answer-once.ts'
import { clientParams } from './client-params.ts'
import { refuseClient } from './refuse-client.ts'
import { requireOwnScopes } from './require-own-scopes.ts'

const rotateSecret = adminRoute({
  name: 'rotateClientSecret',
  method: 'POST',
  path: '/clients/{client_id}/secret',
  permission: 'clients:write',
  summary: 'Give a client another secret',
  description:
    'The one until now is good for the overlap, 24 hours unless another one is said; one that was still good beside it ends. `"overlap": "0"`, where it has leaked: it ends at once. A client that has scopes of the Admin API gets one from who holds the permissions of these names.',
  params: clientParams,
  body: closed({
    overlap: Type.Optional(
      text('How long the secret until now is taken as well: `0`, `90m`, `24h`, `7d`; 30 days at most.'),
    ),
  }),
  answer: {
    status: 200,
    schema: closed(
      {
        client_id: Type.String(),
        client_secret: nullable(Type.String({ description: 'Shown this once. Null: this is a replay of the answer.' })),
        secret_created_at: time('When it was made.'),
        previous_secret_until: nullable(time('Until when the one before is taken as well; null: it is not.')),
      },
      'RotatedSecret',
    ),
  },
  isIdempotent: true,
  problems: ['not_found', 'privilege_exceeded', 'no_secret'],
  act: (call) =>
    answerOnce(call, 200, () => {
      const { caller, params, body } = call
      const overlapMilliseconds = parseOverlap(body.overlap ?? DEFAULT_OVERLAP)
      if (overlapMilliseconds === undefined)
        throw new Problem({ status: 400, code: 'invalid_parameter', detail: OVERLAP_SENTENCE })
      return async (tx) => {
        const before = await findClient(tx.sql, params.client_id)
        requireOwnScopes(caller, before?.scopes ?? [])
        const rotated = await rotateClientSecret(tx, params.client_id, { overlapMilliseconds }, caller.actor)
        if (!rotated.ok) throw refuseClient(rotated)
        const shown = {
          client_id: rotated.client.id,
          secret_created_at: renderTime(tx.now),
          previous_secret_until: renderTimeOrNull(rotated.previousUntil),
        }
        return { body: shown, once: { client_secret: rotated.secret } }
      }
    }),
})

const endSecret = adminRoute({
  name: 'endPreviousClientSecret',
  method: 'DELETE',
  path: '/clients/{client_id}/secret/previous',
  permission: 'clients:write',
  summary: 'End the secret before the current one, though its overlap is not over',
  description: 'That there is none is no error.',
  params: clientParams,
  answer: {
    status: 200,
    schema: closed(
      { ended: Type.Boolean({ description: 'Whether there was one that was still taken.' }) },
      'EndedSecret',
    ),
  },
  problems: ['not_found', 'no_secret'],
  async act({ deps, caller, params }) {
    const ended = await deps.database.write((tx) => endPreviousSecret(tx, params.client_id, caller.actor))
    if (!ended.ok) throw refuseClient(ended)
    return { body: { ended: ended.hasEnded } }
  },
})

export const clientSecretRoutes: readonly AdminRoute[] = [rotateSecret, endSecret]
