import { readFileSync } from 'node:fs'
import { type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { settingsFileSchema } from '../config.ts'
import type { Declaration } from '../domain/declarations/declaration.ts'
import { CommandError } from './command.ts'

const closed = { additionalProperties: false } as const
const text = Type.Optional(Type.String())
const texts = Type.Optional(Type.Array(Type.String()))
const truth = Type.Optional(Type.Boolean())

const Api = Type.Object(
  {
    name: text,
    scopes: texts,
    scopeDescriptions: Type.Optional(Type.Record(Type.String(), Type.String())),
    permissions: Type.Optional(Type.Record(Type.String(), Type.Object({ description: text, scope: text }, closed))),
    lifetimeSeconds: Type.Optional(Type.Integer()),
    algorithm: text,
    requiredFactor: text,
  },
  closed,
)

const Role = Type.Object(
  {
    description: text,
    isForOrganizations: truth,
    permissions: Type.Optional(Type.Record(Type.String(), Type.Array(Type.String()))),
    requiredFactor: text,
  },
  closed,
)

const Client = Type.Object(
  {
    name: Type.String(),
    type: Type.Union([Type.Literal('public'), Type.Literal('confidential')]),
    redirectUris: texts,
    grants: texts,
    scopes: texts,
    isFirstParty: truth,
    idTokenAlgorithm: text,
    postLogoutRedirectUris: texts,
    userinfoAlgorithm: text,
    backchannelLogoutUri: text,
    isBackchannelSessionRequired: truth,
    jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Record(Type.String(), Type.Unknown())) })),
    jwksUri: text,
    isDpopRequired: truth,
    isPushRequired: truth,
    requiredFactor: text,
    idle: text,
    lifetime: text,
  },
  closed,
)

const applyFile = Type.Object(
  {
    $schema: text,
    settings: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    apis: Type.Optional(Type.Record(Type.String(), Api)),
    roles: Type.Optional(Type.Record(Type.String(), Role)),
    clients: Type.Optional(Type.Record(Type.String(), Client)),
    organizations: Type.Optional(Type.Record(Type.String(), Type.Object({ name: Type.String() }, closed))),
  },
  closed,
)

/** What an installation is to be like. */
export interface ApplyFile extends Declaration {
  readonly $schema?: string
  /** Members of `ostiary.json`. */
  readonly settings?: Readonly<Record<string, unknown>>
}

/** For editors, and for who makes such files: `docs/reference/apply.schema.json`. */
export const applyFileSchema: TSchema = Type.Object(
  { ...applyFile.properties, settings: Type.Optional(settingsFileSchema) },
  { ...closed, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'What `ostiary apply` brings about' },
)

/** @throws CommandError `no_such_file`, `invalid_file` */
export function readApplyFile(file: string): ApplyFile {
  const content = parseJson(file)
  if (Value.Check(applyFile, content)) return content as ApplyFile
  const [error] = Value.Errors(applyFile, content)
  const path = (error?.instancePath.slice(1) ?? '').replaceAll('/', ' › ').replaceAll('~1', '/')
  // What no schema allows is told as "schema is false": a member that nobody knows, most often a typing error.
  if (error?.message === 'schema is false')
    throw new CommandError(
      'invalid_file',
      `${file}: nothing is called ${path}. docs/reference/apply.schema.json has all that may stand there.`,
    )
  const place = path || 'the file'
  throw new CommandError('invalid_file', `${file}: ${place} ${error?.message ?? 'is wrong'}.`)
}

function parseJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) throw new CommandError('invalid_file', `${file} is not JSON: ${error.message}.`)
    throw new CommandError('no_such_file', `There is no file ${file} that can be read.`)
  }
}
