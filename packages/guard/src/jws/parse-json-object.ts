import { isUtf8 } from 'node:buffer'

export type JsonObject = Readonly<Record<string, unknown>>

/**
 * Parses bytes as one JSON object in UTF-8; undefined when they are anything else.
 *
 * A byte order mark is refused, since JSON.parse takes it for what it is: no JSON. Of a repeated member the last one counts,
 * as RFC 7515 §4 and RFC 7519 §4 allow.
 */
export function parseJsonObject(bytes: Buffer): JsonObject | undefined {
  if (!isUtf8(bytes)) return undefined
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** Whether a parsed value is a JSON object, not null or an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
