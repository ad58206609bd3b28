import { Type } from 'typebox'
import { listSigningKeys } from '../../../domain/keys/list-signing-keys.ts'
import { nextStepOf } from '../../../domain/keys/next-step-of.ts'
import { rotateSigningKeys } from '../../../domain/keys/rotate-signing-keys.ts'
import { type SigningKey, signingAlgorithms } from '../../../domain/keys/signing-key.ts'
import { revoke } from '../../../domain/revocation-acts/revoke.ts'
import { Problem } from '../../../platform/http/problem.ts'
import { type AdminRoute, adminRoute } from '../admin-route.ts'
import {
  closed,
  confirmationSchema,
  nullable,
  pageOf,
  renderTime,
  renderTimeOrNull,
  text,
  time,
  waiting,
} from '../admin-schemas.ts'
import { confirm, readWait } from '../confirm.ts'
import { unknownResource } from '../unknown-resource.ts'

const states = ['pending', 'active', 'retiring', 'retired'] as const

const keySchema = closed(
  {
    kid: Type.String({ description: 'The JWK thumbprint (RFC 7638).' }),
    algorithm: Type.Enum([...signingAlgorithms]),
    state: Type.Enum([...states], {
      description:
        '`pending`: published, not used yet. `active`: it signs. `retiring`: published until its last token has expired. `retired`: gone from the JWKS.',
    }),
    state_since: time('Since when it is in this state.'),
    next_state: nullable(Type.Enum([...states], { description: 'What comes next by schedule; null: nothing.' })),
    next_state_at: nullable(time('When that comes.')),
    public_jwk: Type.Object({}, { additionalProperties: true, description: 'Its public half (RFC 7517 §4).' }),
    created_at: time('When it was made.'),
  },
  'SigningKey',
)

const listKeys = adminRoute({
  name: 'listKeys',
  method: 'GET',
  path: '/keys',
  permission: 'keys:read',
  summary: 'List the signing keys and when each takes its next step, the oldest first',
  description: 'They are few: there is one page.',
  answer: { status: 200, schema: pageOf(keySchema, 'SigningKeyPage') },
  async act({ deps }) {
    const keys = await listSigningKeys(deps.database.read)
    return { body: { items: keys.map((key) => renderKey(key, keys)), next_cursor: null } }
  },
})

const rotateKeys = adminRoute({
  name: 'rotateKeys',
  method: 'POST',
  path: '/keys/rotate',
  permission: 'keys:write',
  summary: 'Publish a successor for each key that signs',
  description:
    'It starts to sign once every copy of the JWKS can hold it, in six minutes. A successor that is pending already stays the successor, so that asking twice changes nothing.',
  body: closed({
    algorithm: Type.Optional(Type.Enum([...signingAlgorithms], { description: 'Only the key of this algorithm.' })),
  }),
  answer: { status: 200, schema: pageOf(keySchema, 'SigningKeyPage') },
  async act({ deps, caller, body: { algorithm } }) {
    const pending = await rotateSigningKeys(deps, caller.actor, algorithm)
    if (pending.length === 0)
      throw new Problem({ status: 400, code: 'invalid_parameter', detail: `No ${algorithm} key signs here.` })
    const keys = await listSigningKeys(deps.database.read)
    return { body: { items: pending.map((key) => renderKey(key, keys)), next_cursor: null } }
  },
})

const replaceCompromised = adminRoute({
  name: 'replaceCompromisedKey',
  method: 'POST',
  path: '/keys/{kid}/compromised',
  permission: 'keys:write',
  summary: 'Take a key out of use that has fallen into wrong hands',
  description: 'It leaves the JWKS at once, another key signs, and every guard refuses its tokens within a second.',
  params: closed({ kid: text('The key’s id.', { longest: 64 }) }),
  query: closed(waiting),
  answer: { status: 200, schema: confirmationSchema },
  problems: ['not_found'],
  async act(call) {
    readWait(call.query.wait)
    const { deps, caller, params } = call
    const outcome = await revoke(deps, { kind: 'key', id: params.kid }, caller.actor)
    if (!outcome.ok) throw unknownResource('signing key')
    return { body: await confirm(call, outcome.sequence) }
  },
})

function renderKey(key: SigningKey, all: readonly SigningKey[]): object {
  const next = nextStepOf(key, all)
  return {
    ...{ kid: key.kid, algorithm: key.algorithm, state: key.state, state_since: renderTime(key.stateSince) },
    next_state: next?.state ?? null,
    next_state_at: renderTimeOrNull(next?.at),
    public_jwk: key.publicJwk,
    created_at: renderTime(key.createdAt),
  }
}

export const keyRoutes: readonly AdminRoute[] = [listKeys, rotateKeys, replaceCompromised]
