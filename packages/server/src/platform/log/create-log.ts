import { type DestinationStream, type Logger, pino } from 'pino'
import { traceFields } from '../tracing/trace-fields.ts'

export type Log = Logger
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/**
 * Opens the structured log: one JSON object a line. What is logged is chosen field by field where it is logged; nothing here
 * serializes a request, a response or a body, so no token, password or cookie can get in by the back door.
 */
export function createLog(level: LogLevel, destination: DestinationStream): Log {
  return pino(
    {
      level,
      base: null,
      mixin: traceFields,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.errWithCause },
    },
    destination,
  )
}
