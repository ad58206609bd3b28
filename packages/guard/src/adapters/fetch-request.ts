import type { GuardRequest } from '../guard.ts'

/** What the core reads of a web-standard `Request`. */
export class FetchRequest implements GuardRequest {
  readonly request: Request
  readonly body: unknown

  constructor(request: Request, body: unknown) {
    this.request = request
    this.body = body
  }

  get source(): object {
    return this.request
  }

  get method(): string {
    return this.request.method
  }

  /** The path and query. Cut from the text, since a `URL` costs more than the check itself. */
  get url(): string {
    return pathAndQuery.exec(this.request.url)?.[1] || '/'
  }

  header(name: string): string | readonly string[] | undefined {
    const value = this.request.headers.get(name)
    return name === 'authorization' && value?.includes(',') ? value.split(betweenCredentials) : (value ?? undefined)
  }
}

const pathAndQuery = /:\/\/[^/]*([^#]*)/

// Fetch §2.2.2, "combine": lines of one name arrive joined by a comma and a space. Neither a token nor a scheme contains a
// comma, so each comma before something that looks like a scheme starts the next line.
const betweenCredentials = /,[\t ]*(?=[!#$%&'*+.^_`|~\w-]+(?:[ ,]|$))/
