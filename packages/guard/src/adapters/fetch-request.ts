import type { GuardRequest } from '../guard.ts'

/** What the core reads of a web-standard `Request`. */
export class FetchRequest implements GuardRequest {
  readonly request: Request
  readonly body: unknown

  constructor(request: Request, body: unknown) {
    this.request = request
    this.body = body
  }

  get method(): string {
    return this.request.method
  }

  /** The path and query. Cut from the text, since a `URL` costs more than the check itself. */
  get url(): string {
    const { url } = this.request
    const start = url.indexOf('/', url.indexOf('://') + 3)
    if (start === -1) return '/'
    const fragment = url.indexOf('#', start)
    return fragment === -1 ? url.slice(start) : url.slice(start, fragment)
  }

  header(name: string): string | readonly string[] | undefined {
    const value = this.request.headers.get(name)
    if (value === null) return undefined
    if (name === 'authorization' && value.includes(',')) return splitCredentials(value)
    return value
  }
}

// Fetch §2.2.2, "combine": lines of one name arrive joined by a comma and a space. Neither a token nor a scheme contains a
// comma, so each comma before something that looks like a scheme starts the next line.
const betweenCredentials = /,[\t ]*(?=[!#$%&'*+.^_`|~\w-]+(?:[ ,]|$))/

function splitCredentials(value: string): string | readonly string[] {
  const lines = value.split(betweenCredentials)
  return lines.length === 1 ? value : lines
}
