import { type Attributes, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

export type SpanAttributes = Attributes

export interface SpanDescription {
  /** Few and fixed: whatever varies is an attribute. */
  readonly name: string
  /** Whether it asks another process or machine. Default: it does not. */
  readonly isOutgoing?: boolean
  /** Whether it is a trace of its own where nothing runs that it belongs to. Default: then it is no span at all. */
  readonly beginsTrace?: boolean
  /** Nothing personal and nothing secret: they leave for a collector. */
  readonly attributes?: SpanAttributes
}

/** What work may add about itself once it knows. */
export type Describe = (attributes: SpanAttributes) => void

const TRACER = 'ostiary'

const noDescription: Describe = () => {}

/** Runs the work in a span of its own, below the one that it was called in. What it throws marks the span and goes on. */
export function inSpan<T>(
  { name, isOutgoing = false, beginsTrace = false, attributes = {} }: SpanDescription,
  work: (describe: Describe) => Promise<T>,
): Promise<T> {
  if (!beginsTrace && trace.getActiveSpan() === undefined) return work(noDescription)
  const kind = isOutgoing ? SpanKind.CLIENT : SpanKind.INTERNAL
  // Asked for each time: an SDK may come after this module, and the next one after it.
  return trace.getTracer(TRACER).startActiveSpan(name, { kind, attributes }, async (span) => {
    try {
      return await work((more) => void span.setAttributes(more))
    } catch (error) {
      markFailed(span, error)
      throw error
    } finally {
      span.end()
    }
  })
}

/** By its code alone: a message may name what was asked for. */
function markFailed(span: Span, error: unknown): void {
  span.setAttribute('error.type', typeOf(error))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

function typeOf(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
