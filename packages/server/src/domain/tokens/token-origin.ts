/** What an access token was given for: the grants of OAuth by their short names, a password at `POST /login`, an API key. */
export const tokenOrigins = [
  'password',
  'authorization_code',
  'refresh_token',
  'device_code',
  'client_credentials',
  'jwt_bearer',
  'token_exchange',
  'api_key',
] as const
export type TokenOrigin = (typeof tokenOrigins)[number]
