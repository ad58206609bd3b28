import { Compile } from 'typebox/compile'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../../../testing/test-server.ts'
import { adminPermissionNames } from '../../../domain/apis/admin-api.ts'
import { problemCodes } from '../../problem-codes.ts'
import { adminRoutes } from '../admin-routes.ts'

interface Operation {
  readonly operationId: string
  readonly security: readonly { readonly oauth2: readonly string[] }[]
  readonly parameters: readonly { readonly name: string; readonly in: string; readonly required: boolean }[]
  readonly responses: Readonly<Record<string, unknown>>
}

interface Document {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, object>>
    readonly securitySchemes: {
      readonly oauth2: { readonly flows: Readonly<Record<string, { readonly scopes: object }>> }
    }
  }
}

let server: TestServer
let document: Document
let answer: Response

beforeAll(async () => {
  server = await startTestServer({ issuerPath: '/tenant', config: { logLevel: 'warn' } })
  answer = await fetch(`${server.issuer}/admin/api/v1/openapi.json`)
  document = (await answer.json()) as Document
})
afterAll(() => server.stop())

test('OpenAPI 3.1: the document is public, and has each route with its permission, its parameters and what it answers', () => {
  expect([answer.status, answer.headers.get('content-type'), document.openapi]).toEqual([
    200,
    'application/json',
    '3.1.0',
  ])
  expect(document.servers).toEqual([{ url: `${server.issuer}/admin/api/v1` }])
  const operations = Object.entries(document.paths).flatMap(([path, own]) =>
    Object.entries(own).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  )
  expect(operations.map(([where]) => where).sort()).toEqual(
    adminRoutes.map(({ method, path }) => `${method} ${path}`).sort(),
  )
  for (const [where, operation] of operations) {
    const route = adminRoutes.find(({ method, path }) => `${method} ${path}` === where)
    expect(operation.security).toEqual([{ oauth2: [route?.permission] }])
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name)
    expect([where, inPath.map((name) => `{${name}}`)]).toEqual([where, where.match(/\{\w+\}/g) ?? []])
    expect(Object.keys(operation.responses)).toEqual(
      expect.arrayContaining([String(route?.answer.status), '401', '403']),
    )
  }
})

test('every reference leads to a schema of it, and every schema can be compiled', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name,
  )
  expect(references.length).toBeGreaterThan(20)
  for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name)
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const properties = 'properties' in schema ? Object.keys(schema.properties as object) : []
    expect([name, properties.length > 0]).toEqual([name, true])
    expect(() => Compile(JSON.parse(JSON.stringify(schema).replaceAll(/\{"\$ref":"[^"]+"\}/g, '{}')))).not.toThrow()
  }
  for (const flow of Object.values(document.components.securitySchemes.oauth2.flows))
    expect(Object.keys(flow.scopes)).toEqual(adminPermissionNames)
})

test('each code that a route says it answers is one of the closed set', () => {
  for (const { name, problems = [] } of adminRoutes)
    for (const code of problems) expect([name, code, Object.hasOwn(problemCodes, code)]).toEqual([name, code, true])
})

test('the metadata names the Admin API, and its page reads without JavaScript and without anybody else’s help', async () => {
  const metadata = await (await fetch(`${server.issuer}/.well-known/openid-configuration`)).json()
  expect(metadata).toMatchObject({ admin_api_endpoint: `${server.issuer}/admin/api/v1` })
  const page = await fetch(`${server.issuer}/admin/api/v1/docs`)
  const text = await page.text()
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringContaining("default-src 'none'"),
  ])
  expect(text).not.toMatch(/<script|https?:\/\/(?!127\.0\.0\.1)/)
  for (const { path } of adminRoutes) expect(text).toContain(path.replace('&', '&amp;'))
  for (const name of Object.keys(document.components.schemas)) expect(text).toContain(`id="object-${name}"`)
})
