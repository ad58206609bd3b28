/** What a schema found wrong, as Fastify passes it on from Ajv. */
export interface SchemaFinding {
  readonly keyword: string
  readonly instancePath: string
  readonly params: Record<string, unknown>
}

/** A sentence that names the parameter and the rule, never the value. */
export function describeInvalidParameter(finding: SchemaFinding | undefined): string {
  const name = finding?.instancePath.slice(1) || String(finding?.params.missingProperty ?? '')
  const subject = name ? `"${name}"` : 'The request body'
  switch (finding?.keyword) {
    case 'required':
      return `${subject} is missing.`
    case 'maxLength':
      return `${subject} is longer than ${finding.params.limit} characters.`
    case 'minLength':
      return `${subject} is empty.`
    case 'pattern':
      return `${subject} holds a character that is not allowed there.`
    case 'type':
      return `${subject} must be ${name ? 'one' : 'a'} ${finding.params.type}${name ? ', sent once' : ' of parameters'}.`
    default:
      return `${subject} is not valid.`
  }
}
