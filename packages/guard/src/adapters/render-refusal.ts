import type { Refusal } from '../guard.ts'

/** A refusal as every adapter sends it: one text and one set of headers, whatever the framework would have made of them. */
export interface RenderedRefusal {
  readonly status: Refusal['status']
  readonly headers: Record<string, string>
  readonly text: string
}

/** Renders the refusal's body as JSON, or as it is when a hook made it a string with a content type of its own. */
export function renderRefusal({ status, headers, body }: Refusal): RenderedRefusal {
  const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  const text = typeof body === 'string' && isTyped ? body : (JSON.stringify(body) ?? '')
  return {
    status,
    headers: isTyped ? headers : { ...headers, 'content-type': 'application/json; charset=utf-8' },
    text,
  }
}
