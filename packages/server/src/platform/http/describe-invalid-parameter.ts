/** What a schema found wrong, as Fastify passes it on from TypeBox. */
export interface SchemaFinding {
  readonly keyword: string
  readonly instancePath: string
  readonly params: {
    readonly requiredProperties?: readonly string[]
    readonly additionalProperties?: readonly string[]
    readonly limit?: number
    readonly type?: string | readonly string[]
  }
}

/** Only what can't be mistaken for something else: it comes from the caller. */
function shownName(name: unknown): string {
  return /^[\w.-]{1,64}$/.test(String(name)) ? String(name) : 'A parameter'
}

/** A sentence that names the parameter and the rule, never the value. */
export function describeInvalidParameter(finding: SchemaFinding | undefined): string {
  const name = finding?.instancePath.slice(1) || (finding?.params.requiredProperties?.[0] ?? '')
  const subject = name ? `"${name}"` : 'The request body'
  switch (finding?.keyword) {
    case 'required':
      return `${subject} is missing.`
    case 'maxLength':
      return `${subject} is longer than ${finding.params.limit} characters.`
    case 'minLength':
      return `${subject} is empty.`
    case 'additionalProperties':
      return `"${shownName(finding.params.additionalProperties?.[0])}" is not known here.`
    case 'pattern':
      return `${subject} holds a character that is not allowed there.`
    case 'type':
      return `${subject} must be ${name ? 'one' : 'an'} ${finding.params.type}${name ? ', sent once' : ' of parameters'}.`
    default:
      return `${subject} is not valid.`
  }
}
