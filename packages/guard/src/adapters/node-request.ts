import type { IncomingMessage } from 'node:http'
import type { GuardRequest } from '../guard.ts'

/** What the core reads of a request that arrived through `node:http`; made once per guarded request, so it copies nothing. */
export class NodeRequest implements GuardRequest {
  readonly incoming: IncomingMessage
  readonly url: string
  readonly body: unknown

  /** `url` is the path and query as the client sent them, before any router cut off its prefix. */
  constructor(incoming: IncomingMessage, url: string | undefined, body: unknown) {
    this.incoming = incoming
    this.url = url ?? '/'
    this.body = body
  }

  get source(): object {
    return this.incoming
  }

  get method(): string {
    return this.incoming.method ?? 'GET'
  }

  header(name: string): string | readonly string[] | undefined {
    const value = this.incoming.headers[name]
    // RFC 9110 §5.3: only list-based fields may be sent as several lines, and Authorization is none of them. Node silently
    // keeps its first line, so a second one is only seen in what was received.
    if (name === 'authorization' && typeof value === 'string') return listLines(this.incoming.rawHeaders, name) ?? value
    return value
  }
}

/** Lists the values of a field which was sent more than once; undefined when it was sent once. */
function listLines(rawHeaders: readonly string[] | undefined, name: string): readonly string[] | undefined {
  if (rawHeaders === undefined) return undefined
  let count = 0
  // Names and values alternate. Comparing lengths first leaves nearly all names alone.
  for (let i = 0; i < rawHeaders.length; i += 2) if (isNamed(rawHeaders[i], name)) count += 1
  if (count < 2) return undefined
  return rawHeaders.filter((_, i) => i % 2 === 1 && isNamed(rawHeaders[i - 1], name))
}

function isNamed(candidate: string | undefined, name: string): boolean {
  return candidate !== undefined && candidate.length === name.length && candidate.toLowerCase() === name
}
