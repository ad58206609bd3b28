import { expect, test } from 'vitest'
import { domainRooms } from './architecture.ts'
import { compareRooms, findDependencies, findWrongArrows } from './check-architecture.ts'
import { parseModule } from './read-module.ts'

const server = 'packages/server/src'
const guard = 'packages/guard/src'

test.each([
  ['platform knows no domain', `${server}/platform/http/a.ts`, "import '../../domain/keys/b.ts'"],
  ['platform knows no config', `${server}/platform/http/a.ts`, "import '../../config.ts'"],
  ['domain knows no endpoint', `${server}/domain/keys/a.ts`, "import '../../endpoints/jwks/b.ts'"],
  ['a type is an arrow too', `${server}/domain/keys/a.ts`, "import type { B } from '../../endpoints/jwks/b.ts'"],
  ['so is an inline type', `${server}/domain/keys/a.ts`, "export type B = import('../../endpoints/jwks/b.ts').B"],
  ['so is a re-export', `${server}/domain/keys/a.ts`, "export { b } from '../../endpoints/jwks/b.ts'"],
  ['so is a dynamic import', `${server}/domain/keys/a.ts`, "await import('../../endpoints/jwks/b.ts')"],
  ['a domain room knows no later one', `${server}/domain/keys/a.ts`, "import '../tokens/b.ts'"],
  ['a room outside the list is imported by none', `${server}/domain/keys/a.ts`, "import '../unheard-of/b.ts'"],
  ['endpoint rooms do not know each other', `${server}/endpoints/login/a.ts`, "import '../logout/b.ts'"],
  ['what endpoint rooms have in common knows no room', `${server}/endpoints/a.ts`, "import './logout/b.ts'"],
  ['nobody but the top knows the command line', `${server}/server.ts`, "import './cli/b.ts'"],
  ['an endpoint knows no composition root', `${server}/endpoints/login/a.ts`, "import '../../server.ts'"],
  ['a command calls no endpoint', `${server}/cli/a.ts`, "import '../endpoints/login/b.ts'"],
  ['a new floor needs a decision', `${server}/elsewhere/a.ts`, "import '../domain/keys/b.ts'"],
  ['a store is private to its room', `${server}/domain/tokens/a.ts`, "import type { B } from '../keys/key-store.ts'"],
  ['nobody inside goes through the door', `${server}/domain/tokens/a.ts`, "import '../../index.ts'"],
  ['the server reaches into no other package', `${server}/cli/a.ts`, "import '../../../guard/src/guard.ts'"],
  ['what is published imports no test', `${server}/cli/a.ts`, "import '../../testing/test-server.ts'"],
  ['a dependency has a place', `${server}/domain/keys/a.ts`, "import type { FastifyRequest } from 'fastify'"],
  ['a dependency without a place is refused', `${server}/domain/keys/a.ts`, "import 'left-pad'"],
  ['the guard imports nothing of the server', `${guard}/a.ts`, "import '../../server/src/config.ts'"],
  ['nor by its name', `${guard}/a.ts`, "import type { Config } from 'ostiary'"],
  ['the guard has no dependencies', `${guard}/keys/a.ts`, "import 'jose'"],
  ['the core knows no adapter', `${guard}/keys/a.ts`, "import '../adapters/express.ts'"],
  ['the core knows nothing of MCP', `${guard}/create-guard.ts`, "import './mcp/create-mcp-guard.ts'"],
  ['a room of the guard knows no later one', `${guard}/jws/a.ts`, "import type { B } from '../keys/b.ts'"],
  ['a room of the guard has a place', `${guard}/a.ts`, "import './elsewhere/b.ts'"],
  ['an adapter imports types only', `${guard}/adapters/koa.ts`, "import Koa from 'koa'"],
  ['an adapter knows its own framework only', `${guard}/adapters/koa.ts`, "import type { Hono } from 'hono'"],
  [
    'the console sees no file of the server',
    'apps/console/src/a.ts',
    "import '../../../packages/server/src/config.ts'",
  ],
  ['nor by its name', 'apps/console/src/api/a.ts', "import type { Config } from 'ostiary'"],
  ['a room of the console knows no later one', 'apps/console/src/elements/a.tsx', "import '../pages/keys/b.tsx'"],
  ['a page knows no other page', 'apps/console/src/pages/keys/a.tsx', "import '../guards/b.tsx'"],
])('architecture: %s', (_, file, text) => {
  expect(findWrongArrows([parseModule(file, text)])).toHaveLength(1)
})

test.each([
  ['down', `${server}/endpoints/login/a.ts`, "import '../../domain/keys/b.ts'; import '../../platform/log/b.ts'"],
  ['to what endpoints have in common', `${server}/endpoints/login/a.ts`, "import '../issuer-urls.ts'"],
  ['to an earlier room', `${server}/domain/tokens/a.ts`, "import '../keys/b.ts'"],
  ['to the store of the own room', `${server}/domain/keys/a.ts`, "import './key-store.ts'"],
  [
    'from the root to everywhere',
    `${server}/server.ts`,
    "import './endpoints/login/b.ts'; import './domain/keys/b.ts'",
  ],
  ['to Node', `${guard}/keys/a.ts`, "import 'node:crypto'"],
  ['to an earlier room of the guard', `${guard}/keys/a.ts`, "import '../jws/b.ts'"],
  ['to a framework’s types', `${guard}/adapters/hono.ts`, "import type { Context } from 'hono/types'"],
])('architecture: an import may lead %s', (_, file, text) => {
  expect(findWrongArrows([parseModule(file, text)])).toEqual([])
})

test('architecture: modules that need each other at run time are a circle; types alone are none', () => {
  const pair = (kind: string) => [
    parseModule(`${server}/domain/keys/a.ts`, `import ${kind} { b } from './b.ts'`),
    parseModule(`${server}/domain/keys/b.ts`, "import { a } from './a.ts'"),
  ]
  expect(findWrongArrows(pair(''))).toHaveLength(1)
  expect(findWrongArrows(pair('type'))).toEqual([])
})

test('architecture: a domain room that the list leaves out, or keeps after it has gone, is found', () => {
  const rooms = domainRooms.map(([room]) => room)
  expect(compareRooms(rooms, rooms)).toEqual([])
  expect(compareRooms(rooms, [...rooms, 'attic'])).toHaveLength(1)
  expect(compareRooms([...rooms, 'attic'], rooms)).toHaveLength(1)
})

test('architecture: a dependency of the guard is found', () => {
  expect(findDependencies('packages/guard', '{"dependencies": {"jose": "6.0.0"}}')).toHaveLength(1)
  expect(findDependencies('packages/guard', '{"peerDependencies": {"hono": "*"}}')).toEqual([])
})
