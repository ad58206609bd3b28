export const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
export type SamplerName = (typeof samplers)[number]

/** How spans leave. */
export interface TracingSettings {
  /** Where they are posted to, in JSON. */
  readonly url: string
  readonly serviceName: string
  readonly sampler: SamplerName
  /** The share of traces, from 0 to 1, where the sampler goes by one. */
  readonly ratio: number
  /** Whether a caller's `traceparent` is continued. */
  readonly takesCallersTrace: boolean
}

/** A variable is wrong. The message is one sentence that names it. */
export class TracingSettingsError extends Error {
  override readonly name = 'TracingSettingsError'
  readonly setting: string
  constructor(setting: string, message: string) {
    super(message)
    this.setting = setting
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The standard variables of OpenTelemetry, as far as they say whether there are spans and which. How the collector is reached
 * (`OTEL_EXPORTER_OTLP_HEADERS`, `_TIMEOUT`, `_COMPRESSION`, `_CERTIFICATE`) and `OTEL_RESOURCE_ATTRIBUTES` the SDK reads by itself.
 *
 * @returns undefined where no endpoint is set, or tracing is turned off.
 * @throws TracingSettingsError
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracingSettings(environment: Environment): TracingSettings | undefined {
  const url = findUrl(environment)
  if (url === undefined || environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return undefined
  if (environment.OTEL_TRACES_EXPORTER === 'none') return undefined
  checkProtocol(environment)
  const sampler = parseSampler(environment.OTEL_TRACES_SAMPLER || 'parentbased_always_on')
  return Object.freeze({
    url,
    sampler,
    ratio: parseRatio(environment.OTEL_TRACES_SAMPLER_ARG || '1'),
    serviceName: environment.OTEL_SERVICE_NAME || 'ostiary',
    takesCallersTrace: (environment.OTEL_PROPAGATORS || 'tracecontext').split(',').includes('tracecontext'),
  })
}

/** The general endpoint is a base, to which the signal's path is added; the signal's own is taken as it stands. */
function findUrl(environment: Environment): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = environment
  if (own) return checkUrl('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', own)
  return base ? `${checkUrl('OTEL_EXPORTER_OTLP_ENDPOINT', base).replace(/\/$/, '')}/v1/traces` : undefined
}

/** What is wrong is told without the URL: it may hold a password. */
function checkUrl(setting: string, text: string): string {
  if (URL.canParse(text) && /^https?:\/\//i.test(text)) return text
  throw new TracingSettingsError(setting, `${setting} must be an http or https URL, such as http://127.0.0.1:4318.`)
}

function checkProtocol(environment: Environment): void {
  for (const setting of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    // A collector takes JSON and protobuf at the same address, gRPC at another one.
    if (environment[setting] !== 'grpc') continue
    throw new TracingSettingsError(
      setting,
      `${setting} must be http/json or http/protobuf: spans are sent in JSON over HTTP, to port 4318 of a collector, and not by gRPC.`,
    )
  }
}

function parseSampler(text: string): SamplerName {
  const sampler = samplers.find((candidate) => candidate === text)
  if (sampler) return sampler
  throw new TracingSettingsError(
    'OTEL_TRACES_SAMPLER',
    `OTEL_TRACES_SAMPLER must be one of ${samplers.join(', ')}, not "${text}".`,
  )
}

function parseRatio(text: string): number {
  const ratio = /^(0|1|0?\.\d+|1\.0+|0\.\d+)$/.test(text) ? Number(text) : Number.NaN
  if (ratio >= 0 && ratio <= 1) return ratio
  throw new TracingSettingsError(
    'OTEL_TRACES_SAMPLER_ARG',
    `OTEL_TRACES_SAMPLER_ARG must be a share from 0 to 1, not "${text}".`,
  )
}
