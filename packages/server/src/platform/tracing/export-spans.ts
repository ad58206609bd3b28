import { context, DiagLogLevel, diag, propagation, trace } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { randomId } from '../random/random.ts'
import { AsyncContext } from './async-context.ts'
import type { Tracing, TracingLog } from './start-tracing.ts'
import type { TracingSettings } from './tracing-settings.ts'

/** A second of spans on a busy server; what comes beyond while the collector is silent is dropped. */
const MOST_SPANS_WAITING = 8192
const SPANS_IN_A_BATCH = 512
const BATCH_EVERY_MS = 2000
/** A stop waits no longer than this for a collector. */
const FLUSH_LIMIT_MS = 2000
const TELL_EVERY_MS = 60_000

/** Registers the SDK with OpenTelemetry's API. An SDK that is there already stays, and gets the spans. */
export function exportSpans(settings: TracingSettings, log: TracingLog): Tracing {
  const exporter = new OTLPTraceExporter({ url: settings.url })
  const processor = new BatchSpanProcessor({
    exporter,
    maxQueueSize: MOST_SPANS_WAITING,
    maxExportBatchSize: SPANS_IN_A_BATCH,
    scheduledDelayMillis: BATCH_EVERY_MS,
  })
  const provider = new TracerProvider({
    resource: describeProcess(settings),
    sampler: createSampler(settings),
    spanProcessors: [processor],
  })
  if (!trace.setGlobalTracerProvider(provider)) return { stop: () => provider.shutdown() }
  context.setGlobalContextManager(new AsyncContext())
  if (settings.takesCallersTrace) propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  const tell = tellNowAndThen(log)
  const nothing = () => {}
  const logger = { error: tell, warn: tell, info: nothing, debug: nothing, verbose: nothing }
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true })
  return { stop: () => stop(provider, tell) }
}

async function stop(provider: TracerProvider, tell: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    // What could not be sent by then is lost: a server that stops owes nobody its spans.
    timer = setTimeout(() => resolve(tell()), FLUSH_LIMIT_MS)
  })
  await Promise.race([provider.shutdown().catch(tell), limit])
  clearTimeout(timer)
  trace.disable()
  context.disable()
  propagation.disable()
  diag.disable()
}

/** Instances are told apart by an id of this run: a host's name may be a person's. */
function describeProcess({ serviceName }: TracingSettings) {
  const own = resourceFromAttributes({ 'service.name': serviceName, 'service.instance.id': randomId() })
  return own.merge(detectResources({ detectors: [envDetector] }))
}

function createSampler({ sampler, ratio }: TracingSettings): Sampler {
  const root = sampler.replace('parentbased_', '')
  const own = createRootSampler(root, ratio)
  return sampler === root ? own : new ParentBasedSampler({ root: own })
}

function createRootSampler(name: string, ratio: number): Sampler {
  if (name === 'traceidratio') return new TraceIdRatioBasedSampler(ratio)
  return name === 'always_off' ? new AlwaysOffSampler() : new AlwaysOnSampler()
}

/** What the SDK complains of may name the collector with its password, so its words stay out of the log. */
function tellNowAndThen(log: TracingLog): () => void {
  let toldAt = Number.NEGATIVE_INFINITY
  return () => {
    if (performance.now() - toldAt < TELL_EVERY_MS) return
    toldAt = performance.now()
    log.warn(
      {},
      'spans could not be sent: check OTEL_EXPORTER_OTLP_ENDPOINT and the collector; nothing else is affected',
    )
  }
}
