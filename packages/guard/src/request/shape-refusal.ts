import type { GuardRequest, Refusal } from '../guard.ts'
import type { GuardOptions } from '../guard-options.ts'

/** Applies the hook to a refusal. What the hook throws reaches the caller: the request is not let through. */
export function shapeRefusal(refusal: Refusal, request: GuardRequest, shape: GuardOptions['shapeRefusal']): Refusal {
  const shaped = shape?.(refusal, request)
  if (shaped === undefined) return refusal
  return {
    ...refusal,
    status: shaped.status ?? refusal.status,
    headers: shaped.headers === undefined ? refusal.headers : putHeaders(refusal.headers, shaped.headers),
    body: 'body' in shaped ? shaped.body : refusal.body,
  }
}

// RFC 9110 §5.1, §5.5: a name is a token; a value has no line ends, and we send nothing beyond ASCII.
const headerName = /^[!#$%&'*+.^_`|~\w-]+$/
const notInValues = /[^\t\x20-\x7e]+/g

/** Puts headers over others, whatever the case of their names, so that no value can end a line and start another header. */
function putHeaders(under: Record<string, string>, over: Record<string, string>): Record<string, string> {
  const put = Object.entries(over).filter(([name]) => headerName.test(name))
  const names = new Set(put.map(([name]) => name.toLowerCase()))
  const kept = Object.entries(under).filter(([name]) => !names.has(name.toLowerCase()))
  const cleaned = put.map(([name, value]) => [name, String(value).replace(notInValues, ' ')] as const)
  return Object.fromEntries([...kept, ...cleaned])
}
