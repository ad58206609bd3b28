import type { TracingSettings } from './tracing-settings.ts'

export interface TracingLog {
  warn(details: object, message: string): void
}

/** Spans on their way out. */
export interface Tracing {
  /** Sends what is still there, for as long as a moment; then nothing is recorded any more. Never rejects. */
  stop(): Promise<void>
}

/** Begins to send spans, where that is set. */
export async function startTracing(settings: TracingSettings | undefined, log: TracingLog): Promise<Tracing> {
  if (settings === undefined) return { stop: async () => {} }
  // Loaded when it is used: no server without a collector pays for the SDK.
  const { exportSpans } = await import('./export-spans.ts')
  return exportSpans(settings, log)
}
