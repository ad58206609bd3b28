import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import fastifyJwt from '@fastify/jwt'
import { createGuard } from '@ostiary/guard'
import { tokenRequired as tokenRequiredOfExpress } from '@ostiary/guard/express'
import { tokenRequired as tokenRequiredOfFastify } from '@ostiary/guard/fastify'
import express, { type RequestHandler } from 'express'
import { expressjwt } from 'express-jwt'
import { auth } from 'express-oauth2-jwt-bearer'
import fastify, { type FastifyInstance } from 'fastify'
import { audience, issuer } from '../tokens/sign-token.ts'

/** The key that an API verifies with, in the two forms in which its libraries want it. */
export interface VerifyingKey {
  readonly pem: string
  readonly jwks: { readonly keys: { readonly kty: string; readonly [member: string]: unknown }[] }
}

/** Starts an app with one route, `GET /orders`, on a free port of the loopback interface; resolves to the port. */
export type App = (key: VerifyingKey) => Promise<number>

const answer = { orders: [] }
// More than there are tokens, for everybody who remembers them.
const cacheSize = 10_000

/** Each guarded in the way that its library's own documentation shows first. */
export const apps = {
  'fastify, unguarded': async () => {
    const app = fastify()
    app.get('/orders', async () => answer)
    return listenFastify(app)
  },
  'fastify, Ostiary': async (key) => {
    const guard = makeGuard(key)
    const app = fastify()
    app.get('/orders', { onRequest: tokenRequiredOfFastify(guard) }, async () => answer)
    return listenFastify(app)
  },
  'fastify, @fastify/jwt with its cache': (key) => startFastifyJwt(key, cacheSize),
  'fastify, @fastify/jwt': (key) => startFastifyJwt(key, false),
  'express, unguarded': () => startExpress((_, __, next) => next()),
  'express, Ostiary': (key) => startExpress(tokenRequiredOfExpress(makeGuard(key))),
  'express, express-jwt': ({ pem }) =>
    startExpress(expressjwt({ secret: pem, algorithms: ['ES256'], issuer, audience })),
  'express, express-oauth2-jwt-bearer': ({ pem }) =>
    startExpress(auth({ issuer, audience, publicKey: pem, tokenSigningAlg: 'ES256', strict: true })),
} as const satisfies Record<string, App>

export type AppName = keyof typeof apps

function makeGuard({ jwks: keys }: VerifyingKey) {
  return createGuard({ issuer, audience, algorithms: ['ES256'], keys, feed: false, cacheSize })
}

async function startFastifyJwt(key: VerifyingKey, cache: number | false): Promise<number> {
  const app = fastify()
  await app.register(fastifyJwt, {
    // It signs as well; here it only verifies.
    secret: { private: '', public: key.pem },
    verify: { algorithms: ['ES256'], allowedIss: issuer, allowedAud: audience, checkTyp: 'at+jwt', cache },
  })
  app.get('/orders', { onRequest: async (request) => void (await request.jwtVerify()) }, async () => answer)
  return listenFastify(app)
}

async function startExpress(guard: RequestHandler): Promise<number> {
  const app = express()
  app.get('/orders', guard, (_, res) => void res.json(answer))
  return new Promise((resolve, reject) => {
    const server = app.listen(0, '127.0.0.1', (error) => (error ? reject(error) : resolve(readPort(server))))
  })
}

async function listenFastify(app: FastifyInstance): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 })
  return readPort(app.server)
}

function readPort(server: Server): number {
  return (server.address() as AddressInfo).port
}
