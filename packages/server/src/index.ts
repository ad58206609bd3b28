export { type Config, ConfigurationError, type Environment, loadConfig } from './config.ts'
export { createIssuer, type Issuer, type IssuerOptions, type IssueRequest } from './domain/tokens/create-issuer.ts'
export { createLog, type Log, type LogLevel } from './platform/log/create-log.ts'
export { type RunningServer, startServer } from './server.ts'
