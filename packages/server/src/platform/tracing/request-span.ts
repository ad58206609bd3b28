import { type Context, context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { SpanAttributes } from './in-span.ts'

/** The span of one request that came in. */
export interface RequestSpan {
  /** Runs what belongs to the request below its span, whatever is running now. */
  enter<T>(work: () => T): T
  end(answer: { readonly route: string | undefined; readonly status: number }): void
}

/** RFC 9110 §9.3 and RFC 5789: any other word is the caller's own, and theirs to choose. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])

/**
 * Opens the span of a request, in the trace that its `traceparent` names if it has one.
 *
 * The semantic conventions also have the path, the caller's address and its user agent: these are personal, or may hold a secret, and stay here.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/ and W3C Trace Context §3.2
 */
export function openRequestSpan(request: {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly id: string
}): RequestSpan {
  const method = methods.has(request.method) ? request.method : '_OTHER'
  const attributes = { 'http.request.method': method, 'ostiary.request_id': request.id }
  const caller = propagation.extract(ROOT_CONTEXT, request.headers)
  const span = trace.getTracer('ostiary').startSpan(method, { kind: SpanKind.SERVER, attributes }, caller)
  const surroundings: Context = trace.setSpan(caller, span)
  return {
    enter: (work) => context.with(surroundings, work),
    end({ route, status }) {
      span.setAttributes(describeAnswer(route, status))
      if (route !== undefined) span.updateName(`${method === '_OTHER' ? 'HTTP' : method} ${route}`)
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

function describeAnswer(route: string | undefined, status: number): SpanAttributes {
  return {
    'http.response.status_code': status,
    ...(route !== undefined && { 'http.route': route }),
    ...(status >= 500 && { 'error.type': String(status) }),
  }
}
