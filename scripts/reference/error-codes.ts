import type { CheckName } from '../../packages/guard/src/guard-event.ts'
import type { SealingError } from '../../packages/server/src/platform/sealing/sealing-error.ts'

// What each code means. `find-codes.ts` holds these tables to the sources; where a code has a type, the compiler does.

/** What the server answers, with the status. */
export const problemCodes: Readonly<Record<string, readonly [status: number, meaning: string]>> = {
  malformed_request: [400, 'What was sent is no well-formed HTTP request.'],
  malformed_json: [400, 'The body is not one JSON object in UTF-8.'],
  malformed_form: [400, 'The body is not a form in UTF-8, percent-encoded.'],
  repeated_parameter: [400, 'A parameter or member stands twice; `detail` names it.'],
  invalid_parameter: [400, 'A parameter is missing, too long or holds what it may not; `detail` names it.'],
  invalid_target: [400, 'No API of that audience is registered, or none was named; `registered` lists them.'],
  invalid_scope: [400, 'The API has no such scope; `registered` lists those that it has.'],
  invalid_credentials: [401, 'The user name and password do not match, or the account is disabled.'],
  invalid_client: [400, 'No public client with the grant `refresh_token` has that `client_id`.'],
  unknown_client: [
    400,
    'A page: no client is registered under the `client_id` of an authorization or a logout request.',
  ],
  invalid_client_document: [
    400,
    'A page: the document at the URL that is the `client_id` cannot be read, or does not describe a client that is let in; the sentence says why.',
  ],
  invalid_redirect_uri: [400, 'A page: the `redirect_uri` is not exactly one that is registered for the client.'],
  invalid_post_logout_redirect_uri: [
    400,
    'A page: the `post_logout_redirect_uri` is not exactly one that is registered for the client.',
  ],
  request_expired: [400, 'A page: the sign-in that an app asked for is over an hour old, or was never asked for.'],
  request_answered: [400, 'A page: the sign-in that an app asked for was completed already, perhaps in another tab.'],
  login_too_old: [403, 'Making an API key needs a login of the last 15 minutes.'],
  not_signed_in: [401, 'Nobody is signed in in this browser.'],
  cross_origin_request: [403, 'Another site made the browser send this.'],
  not_found: [404, 'There is nothing at this address.'],
  unknown_target: [404, 'There is no such session, account, token, client or key; `detail` says which.'],
  method_not_allowed: [405, 'The address takes other methods; `Allow` lists them.'],
  feed_forgotten: [410, 'What came after that number of the revocation feed is not known here: read the snapshot.'],
  body_too_large: [413, 'The body is larger than 64 KiB.'],
  unsupported_media_type: [415, 'The body is neither JSON nor a form, or has a content encoding.'],
  too_many_attempts: [429, 'Too many failed logins; `Retry-After` says how many seconds to wait.'],
  client_gone: [499, 'The connection was closed before the answer; only the log and the metrics see it.'],
  server_error: [500, 'A bug or a broken part of ours; `incident_id` leads to the reason in the log.'],
  storage_unavailable: [
    503,
    'Nothing can be read or stored at this moment, since the database is away or full; `Retry-After` says when to try again.',
  ],
  feed_unavailable: [503, 'The revocation feed cannot be read at this moment; `Retry-After` says when to try again.'],
  too_many_streams: [503, 'Too many streams of the revocation feed; take another instance, or ask the log.'],
  busy: [
    503,
    'More logins at once than passwords can be checked, or documents of clients than can be read; `Retry-After` says how many seconds to wait.',
  ],
}

/** What the command line answers. */
export const commandCodes: Readonly<Record<string, string>> = {
  audience_taken: 'An API with that audience is registered already.',
  cancelled: 'The question for a password was left without an answer; nothing was changed.',
  cannot_listen: 'The machine cannot listen at that address.',
  configuration: 'A [setting](settings.md) is wrong; the sentence names it.',
  disabled_account: 'The account is disabled.',
  email_taken: 'Another account has that e-mail address.',
  foreign_scope: 'The client is not registered for that scope.',
  hash_queue_full: 'More passwords wait to be hashed than can be in a few seconds.',
  internal_error: 'A bug of ours, with its stack.',
  invalid_option: 'The value of an option is not allowed, or two options exclude each other.',
  mismatched_passwords: 'The two passwords differ.',
  missing_audience: 'Several APIs are registered: `--audience` must name one.',
  invalid_password: 'Standard input holds no text in UTF-8.',
  missing_password: 'Standard input holds no password, or there is no terminal to ask at.',
  missing_token: 'There is no token to explain.',
  no_api: 'No API is registered.',
  port_in_use: 'Another program listens on that port.',
  rotated_meanwhile: 'Another rotation of the refresh key was faster.',
  refused_password: 'The policy refuses the password; the sentence says why.',
  too_many_keys: 'The account or the client has 100 API keys already.',
  wrong_usage: 'An option, an argument or a command is missing, unknown or malformed; the sentence says which.',
  unconfirmed: 'The command logs everybody out and wants to be confirmed with `--yes`.',
  unknown_account: 'There is no account of that name.',
  unknown_api_key: 'There is no API key of that id.',
  unknown_audience: 'No API has that audience.',
  unknown_client: 'There is no client of that id.',
  unknown_key: 'There is no signing key of that kid.',
  unknown_scope: 'The API has no such scope.',
  unknown_session: 'There is no session of that id.',
  unknown_token: 'It is no access token of this issuer that could still be accepted.',
  unused_algorithm: 'No key of that algorithm signs, since no API uses it.',
  username_taken: 'Another account has that user name.',
}

/** What the secret, or what it sealed, is refused for. */
export const sealingCodes: Readonly<Record<SealingError['code'], string>> = {
  malformed_secret: 'The secret is not 32 bytes or more in base64url.',
  unknown_secret: 'What rests in the database was sealed with another secret.',
  damaged_sealed_text: 'A sealed value in the database was changed or damaged.',
}

/** What a guard looks at in a token, in this order. */
export const tokenChecks: Readonly<Record<CheckName, string>> = {
  form: 'compact serialization, canonical base64url, within the size bound',
  algorithm: '`alg` is allowed',
  critical: 'neither `crit` nor `b64`',
  type: '`typ` is `at+jwt`',
  key: 'a key of that `kid` and algorithm is known',
  signature: 'the signature is the key’s',
  claims: 'the claims of RFC 9068 are there and of their types, `exp` after `iat`',
  issuer: '`iss` is the issuer, byte for byte',
  audience: '`aud` is the audience, or lists it',
  confirmation: 'no `cnf`, since the guard sees no proof yet',
  not_before: '`nbf` has come',
  issued_at: '`iat` is not in the future',
  expiry: '`exp` has not come',
  schema: 'the API’s own schema of the claims',
  revocation: 'no record of the revocation feed concerns it',
}
