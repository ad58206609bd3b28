import type { GuardRequest, Refusal } from '../guard.ts'
import { GuardConfigurationError } from '../guard-configuration-error.ts'
import type { GuardOptions } from '../guard-options.ts'

/**
 * Applies the hook to a refusal. What the hook throws reaches the framework: the request is not let through.
 *
 * @throws GuardConfigurationError for a status that is no refusal's.
 */
export function shapeRefusal(refusal: Refusal, request: GuardRequest, shape: GuardOptions['shapeRefusal']): Refusal {
  const shaped = shape?.(refusal, request)
  if (shaped === undefined) return refusal
  const { status = refusal.status } = shaped
  if (!(status >= 400 && status < 600)) throw new GuardConfigurationError(`shapeRefusal chose the status ${status}`)
  return {
    ...refusal,
    status,
    headers: shaped.headers === undefined ? refusal.headers : putHeaders(refusal.headers, shaped.headers),
    body: 'body' in shaped ? shaped.body : refusal.body,
  }
}

// RFC 9110 §5.1, §5.5: a name is a token; a value has no line ends, and we send nothing beyond ASCII.
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/
const notInValues = /[^\t\x20-\x7e]+/g

/** Puts headers over others, so that no value can end a line and start another header. Names are lower case then. */
function putHeaders(under: Record<string, string>, over: Record<string, string>): Record<string, string> {
  const headers = new Headers(under)
  for (const [name, value] of Object.entries(over)) {
    if (headerName.test(name)) headers.set(name, String(value).replace(notInValues, ' '))
  }
  return Object.fromEntries(headers)
}
