export type { Client, ClientEvents, ClientState, Credentials, LogoutReason } from './client.ts'
export { ClientError, type ClientErrorCode } from './client-error.ts'
export type { ClientOptions, Clock, TokenStorage } from './client-options.ts'
export { createClient } from './create-client.ts'
