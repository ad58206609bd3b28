import { isSpanContextValid, trace } from '@opentelemetry/api'

/**
 * What leads from a log line to its trace; nothing where there is none. A new object each time: pino adds the line's own fields to it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/
 */
export function traceFields(): { readonly trace_id?: string; readonly span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext()
  if (span === undefined || !isSpanContextValid(span)) return {}
  return { trace_id: span.traceId, span_id: span.spanId }
}
