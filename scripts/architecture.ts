// The plan of the house: ARCHITECTURE.md shows these lists, and check-architecture.ts holds the code to them.

/** The rooms of `server/src/domain`, each with what it is for. A room imports only rooms that stand before it. */
export const domainRooms: readonly (readonly [room: string, purpose: string])[] = [
  ['schema', 'the migrations of every table'],
  ['names', 'what scopes and display names may be made of'],
  ['assurance', 'how sure the server is of who signed in: values of `acr`, and the methods that reach them'],
  ['audit', 'who did what, when, from where, and whether it was let'],
  ['one-time', 'things that can be used once, such as authorization codes'],
  ['keys', 'signing keys and their schedule'],
  ['apis', 'registered APIs (resource servers), their scopes, permissions and token lifetimes'],
  ['roles', 'declared roles, what they permit, and what of it a token carries'],
  ['revocations', 'the revocation feed: what is revoked, numbered, until it may be forgotten'],
  ['refresh-keys', 'the keys that refresh tokens are derived with'],
  ['dpop', 'proofs that a request comes from who has a key'],
  ['clients', 'registered clients'],
  ['logout-notices', 'what clients are still to be told of sessions that have ended'],
  ['registrations', 'the tokens with which clients register themselves'],
  ['accounts', 'accounts, the names people log in with, their roles'],
  ['mails', 'the outbox of mails, and what each mail says'],
  ['profiles', 'what is known of a person, as standard claims'],
  ['totp', 'codes from an authenticator app'],
  ['recovery-codes', 'codes that let in who has lost another factor'],
  ['remembered-devices', 'browsers that a person is not asked for a second factor in'],
  ['credentials', 'passwords: policy, hashing, verification'],
  ['upstreams', 'providers that people may log in with, and the requests to them'],
  ['federated-identities', 'which identity at an upstream provider is whose account'],
  ['throttle', 'failed logins, and how long to wait after them'],
  ['login', 'the steps of a login, from a name and a password to an admitted account'],
  ['sessions', 'sign-ins of an account at a client, and the browser’s cookie'],
  ['api-keys', 'long-lived keys of people and clients, which are exchanged for access tokens'],
  ['assertions', 'how a JWT that a client or a trusted issuer signed is verified, and used once'],
  ['trusted-issuers', 'issuers whose word is taken for clients, and for which of them'],
  ['consents', 'what people have allowed which client'],
  ['client-documents', 'clients that a document on the web describes'],
  ['authorizations', 'requests of clients to act for a person, and the codes that answer them'],
  ['device-authorizations', 'requests of devices without a browser, and the codes that people decide them by'],
  ['tokens', 'how an access token is made, verified and revoked: claims and signature'],
  ['revocation-acts', 'the acts by which an operator or a client revokes'],
]

/** Where an arrow from a part of `server/src` may lead. `own room` is the folder directly under the floor. */
export const serverArrows: Readonly<Record<string, readonly string[]>> = {
  'index.ts': ['server.ts', 'config.ts', 'domain', 'platform'],
  'main.ts': ['server.ts', 'config.ts', 'platform'],
  'server.ts': ['config.ts', 'endpoints', 'domain', 'platform'],
  'config.ts': ['domain', 'platform'],
  cli: ['cli', 'main.ts', 'server.ts', 'config.ts', 'domain', 'platform'],
  endpoints: ['endpoints: own room', 'endpoints: no room', 'domain', 'platform'],
  domain: ['domain: own room', 'domain: earlier room', 'platform'],
  platform: ['platform'],
}

/** The rooms of `guard/src`. A room imports only rooms that stand before it; nothing imports `dpop`, `explain`, `adapters` or `mcp`. */
export const guardRooms: readonly string[] = [
  'jws',
  'keys',
  'claims',
  'request',
  'feed',
  'dpop',
  'explain',
  'adapters',
  'mcp',
]

/** Where each package that the server depends on may be imported, types included: whoever replaces one knows where to look. */
export const placesOfPackages: Readonly<Record<string, readonly string[]>> = {
  '@clack/prompts': ['cli'],
  '@node-rs/argon2': ['domain/credentials'],
  '@ostiary/guard': ['cli', 'domain/dpop', 'domain/tokens'],
  '@simplewebauthn/server': ['domain/passkeys'],
  '@zxcvbn-ts/language-common': ['domain/credentials'],
  bcryptjs: ['domain/credentials'],
  commander: ['cli'],
  fastify: ['server.ts', 'endpoints', 'platform/http'],
  jose: ['domain/assertions', 'domain/dpop'],
  kysely: ['platform/database'],
  'node:sqlite': ['platform/database'],
  nodemailer: ['platform/mail'],
  'openid-client': ['domain/upstreams'],
  otpauth: ['domain/totp'],
  pg: ['platform/database'],
  pino: ['main.ts', 'platform/log'],
  'prom-client': ['endpoints/metrics'],
  typebox: ['config.ts', 'endpoints'],
  uqr: ['domain/totp'],
}
