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
  const contentType = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase()
  const parse = contentType === undefined ? undefined : parsers.get(contentType)
  if (parse === undefined) return undefined
  const text = await readText(request.clone())
  return text === undefined ? undefined : parse(text)
}

const parsers: ReadonlyMap<string, (text: string) => unknown> = new Map([
  ['application/x-www-form-urlencoded', parseForm],
  ['application/json', parseJson],
])

async function readText(copy: Request): Promise<string | undefined> {
  const reader = copy.body?.getReader()
  const decoder = new TextDecoder()
  let sizeBytes = 0
  let text = ''
  for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
    sizeBytes += chunk.value.length
    if (sizeBytes > maxBodySizeBytes) {
      // Not awaited: half of a copied stream is only cancelled when the handler's half is, too.
      reader?.cancel().catch(() => undefined)
      return undefined
    }
    text += decoder.decode(chunk.value, { stream: true })
  }
  return text + decoder.decode()
}

function parseForm(text: string): Record<string, string | string[]> {
  const form: Record<string, string | string[]> = Object.create(null)
  const parameters = new URLSearchParams(text)
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name)
    // A repeated parameter stays visible, so that the core can refuse it.
    form[name] = values.length === 1 ? (values[0] ?? '') : values
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
