import type { CheckName } from '../../packages/guard/src/guard-event.ts'
import type { SealingError } from '../../packages/server/src/platform/sealing/sealing-error.ts'

// What each code means. `find-codes.ts` holds these tables to the sources; where a code has a type, the compiler does.

/** What the command line answers. */
export const commandCodes: Readonly<Record<string, string>> = {
  audience_taken: 'An API with that audience is registered already.',
  built_in_role: 'The role `admin` stays as it is.',
  cancelled: 'The question for a password was left without an answer; nothing was changed.',
  unknown_registration_token: 'There is no initial access token of that id.',
  cannot_listen: 'The machine cannot listen at that address.',
  configuration: 'A [setting](settings.md) is wrong; the sentence names it.',
  disabled_account: 'The account is disabled.',
  email_taken: 'Another account has that e-mail address.',
  foreign_scope: 'The client is not registered for that scope.',
  hash_queue_full: 'More passwords wait to be hashed than can be in a few seconds.',
  internal_error: 'A bug of ours, with its stack.',
  invalid_line: 'A line of an import is not an account: the sentence says why.',
  invalid_option: 'The value of an option is not allowed, or two options exclude each other.',
  mismatched_passwords: 'The two passwords differ.',
  missing_grant: 'The client is not registered for the grant by which it would be stood for.',
  missing_keys: 'The issuer is not known yet, and no keys of it are named.',
  missing_audience: 'Several APIs are registered: `--audience` must name one.',
  invalid_password: 'Standard input holds no text in UTF-8.',
  missing_password: 'Standard input holds no password, or there is no terminal to ask at.',
  missing_token: 'There is no token to explain.',
  no_api: 'No API is registered.',
  port_in_use: 'Another program listens on that port.',
  role_ending: 'A role of that name is being deleted.',
  role_taken: 'There is a role of that name.',
  rotated_meanwhile: 'Another rotation of the refresh key was faster.',
  refused_password: 'The policy refuses the password; the sentence says why.',
  too_many_keys: 'The account or the client has 100 API keys already.',
  too_many_roles: 'The account has 32 roles already, or there are 1000.',
  unknown_permission: 'The API does not declare that permission; the sentence names those that it does.',
  unknown_role: 'Nobody declared that role; the sentence names those that are.',
  wrong_usage: 'An option, an argument or a command is missing, unknown or malformed; the sentence says which.',
  unconfirmed: 'The command logs everybody out and wants to be confirmed with `--yes`.',
  unknown_account: 'There is no account of that name.',
  unknown_api_key: 'There is no API key of that id.',
  unknown_audience: 'No API has that audience.',
  unknown_client: 'There is no client of that id.',
  unknown_issuer: 'The issuer, or that subject of it, is not trusted.',
  unknown_key: 'There is no signing key of that kid.',
  unknown_scope: 'The API has no such scope.',
  unknown_session: 'There is no session of that id.',
  unknown_token: 'It is no access token of this issuer that could still be accepted.',
  unknown_upstream: 'There is no upstream provider of that id.',
  upstream_taken: 'An upstream provider of that id or issuer is registered already.',
  missing_secret: 'Standard input holds no client secret, or there is no terminal to ask at.',
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
  confirmation: 'no `cnf`, unless its holder proves to have that key (RFC 9449)',
  not_before: '`nbf` has come',
  issued_at: '`iat` is not in the future',
  expiry: '`exp` has not come',
  schema: 'the API’s own schema of the claims',
  revocation: 'no record of the revocation feed concerns it',
  proof: 'the DPoP proof is right, for this request, and new',
  scope: 'the route’s scopes are in `scope`',
  permission: 'the route’s permissions are in `permissions`',
  role: 'the route’s roles are in `roles`',
}
