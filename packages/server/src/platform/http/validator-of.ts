import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

const validators = new WeakMap<TSchema, Validator>()

/**
 * The validator of a schema. It is compiled when it is first needed, once in a process: there are some hundreds of schemas,
 * of which most servers meet a few, and none before it is up.
 */
export function validatorOf(schema: TSchema): Validator {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const validator = Compile(schema)
  validators.set(schema, validator)
  return validator
}

/** What Fastify checks the schemas of routes with. */
export const compileRouteSchema: FastifySchemaCompiler<TSchema> = ({ schema }) => {
  const validate = (value: unknown): boolean => {
    const validator = validatorOf(schema)
    if (validator.Check(value)) return true
    validate.errors = validator.Errors(value)
    return false
  }
  validate.errors = [] as FastifySchemaValidationError[]
  return validate
}
