import { describe, expect, it } from 'vitest'
import { readTracingSettings } from './tracing-settings.ts'

const base = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318/' }

describe('OpenTelemetry’s variables', () => {
  it('without an endpoint, or turned off, there are no spans', () => {
    const off = [{}, { ...base, OTEL_SDK_DISABLED: 'true' }, { ...base, OTEL_TRACES_EXPORTER: 'none' }]
    for (const variables of off) expect(readTracingSettings(variables)).toBeUndefined()
  })

  it('OTLP exporter specification: the general endpoint is a base, the signal’s own is taken as it stands', () => {
    expect(readTracingSettings(base)?.url).toBe('http://127.0.0.1:4318/v1/traces')
    const own = { ...base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example.com/in' }
    expect(readTracingSettings(own)?.url).toBe('https://collector.example.com/in')
  })

  it('what is not set has the standard’s default', () => {
    expect(readTracingSettings(base)).toMatchObject({
      ...{ serviceName: 'ostiary', sampler: 'parentbased_always_on', ratio: 1, takesCallersTrace: true },
    })
    const set = { OTEL_SERVICE_NAME: 'door', OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' }
    expect(readTracingSettings({ ...base, ...set, OTEL_PROPAGATORS: 'b3' })).toMatchObject({
      ...{ serviceName: 'door', sampler: 'traceidratio', ratio: 0.25, takesCallersTrace: false },
    })
  })

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', '127.0.0.1:4318'],
    ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'ftp://user:hunter2@collector'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'xray'],
    ['OTEL_TRACES_SAMPLER_ARG', '2'],
  ])('%s=%s is refused by a sentence that names it, without a password in it', (name, value) => {
    const read = () => readTracingSettings({ ...base, [name]: value })
    expect(read).toThrow(new RegExp(`^${name} must be `))
    expect(read).not.toThrow('hunter2')
  })
})
