export { type Config, type ConfigSources, ConfigurationError, loadConfig } from './config.ts'
export { createIssuer, type IssueRequest, type Issuer, type IssuerOptions } from './domain/tokens/create-issuer.ts'
export { createLog, type Log, type LogLevel } from './platform/log/create-log.ts'
export { type RunningServer, type ServerOptions, startServer, type VerifyHuman } from './server.ts'
