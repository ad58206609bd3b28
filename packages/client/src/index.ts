export type { Client, ClientEvents, Credentials, LoggedOutReason } from './client.ts'
export { ClientError, type ClientErrorCode } from './client-error.ts'
export type { ClientClock, ClientOptions, TokenStorage } from './client-options.ts'
export { createClient } from './create-client.ts'
