import { readBounded } from '../keys/read-bounded.ts'

// Far more than any token that the core would read, and little enough to be held for each unauthenticated caller.
const maxBodySizeBytes = 64 * 1024

/**
 * Reads a form or JSON from a copy of the request, so that the handler can read it again; undefined when there is nothing
 * to look into: another content type, a body consumed before, one that doesn't parse, or one beyond 64 KiB.
 *
 * @see RFC 6750 §2.2
 */
export async function readBody(request: Request): Promise<unknown> {
  if (request.body === null || request.bodyUsed) return undefined
  // Not by an expression that looks for blanks before each semicolon: a header full of them would hold up the process for a second.
  const contentType = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  const isForm = contentType === 'application/x-www-form-urlencoded'
  if (!isForm && contentType !== 'application/json') return undefined
  const text = (await readBounded(request.clone().body, maxBodySizeBytes))?.toString()
  if (text === undefined) return undefined
  return isForm ? parseForm(text) : parseJson(text)
}

/** Each parameter with all of its values: a repeated one stays visible, so that the core can refuse it. */
function parseForm(text: string): Record<string, string[]> {
  const form: Record<string, string[]> = Object.create(null)
  for (const [name, value] of new URLSearchParams(text)) {
    form[name] ??= []
    form[name].push(value)
  }
  return form
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Broken JSON holds no token; what to say about it is the handler's business.
    return undefined
  }
}
