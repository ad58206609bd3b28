import {
  accountParts,
  exportedTables,
  unexportedTables,
} from '../../packages/server/src/domain/transfers/exported-tables.ts'
import { FORMAT_VERSION } from '../../packages/server/src/domain/transfers/transfer-format.ts'

const forms = {
  texts: 'list of texts',
  many: 'list of objects',
  one: 'object, or absent',
  flat: 'members of the account',
} as const

/** What an export consists of, from the very lists that it is written by. */
export function renderExportFormat(): string {
  return `# Export format

What \`ostiary export\` writes and \`ostiary import\` reads: [JSON lines](https://jsonlines.org), UTF-8, one JSON object a line. A line ends with a line feed and nothing else: U+2028 may stand within one.
This is version ${FORMAT_VERSION}. The number changes when a record or a member is renamed, removed or means something else, not when one is added: pass over what you don't know.

The whole file is of one moment. It holds hashes of passwords, and personal data: keep it as you keep the database.

## The lines

| \`type\` | how many | what |
|---|---|---|
| \`header\` | the first line | \`format\` is \`ostiary-export\`; \`version\`, \`schema\` (the version of the tables), \`content\` (\`everything\` or \`accounts\`), \`left_out\`, \`issuer\`, \`exported_at\` |
| \`row\` | one for each row of a table that is no part of an account | \`table\`, and the \`row\` as the database has it: moments are milliseconds since 1970, lists and objects are JSON in a text. None where \`content\` is \`accounts\` |
| \`account\` | one for each account | see below |
| \`end\` | the last line | \`rows\`: how many rows of which table the file has, those within accounts too. A file without it was cut off |

## An account

\`\`\`json
{"type":"account","id":"acc_…","username":"ada","email":"ada@example.com","email_verified_at":"2026-11-26T08:00:00.000Z","created_at":"2026-11-26T08:00:00.000Z","disabled_at":null,"locked_at":null,"delete_after":null,"purge_started_at":null,"identifiers":["ada","ada@example.com"],"profile":{"given_name":"Ada"},"profile_updated_at":"…","roles":["editor"],"password_hash":"$argon2id$v=19$m=19456,t=2,p=1$…","password_set_at":"…","recovery_codes":[],"passkeys":[],"federated_identities":[],"memberships":[],"membership_roles":[]}
\`\`\`

Moments are RFC 3339 with milliseconds; what is absent is \`null\` or not there. \`disabled_at\`: an operator has disabled it; \`locked_at\`: its owner has; \`delete_after\`: its person wants it deleted then.

| member | form | what |
|---|---|---|
${accountParts.map(({ member, form, table, holds }) => `| \`${member}\`${form === 'flat' ? `, \`${member}_…\`` : ''} | ${forms[form]} (\`${table}\`) | ${holds} |`).join('\n')}

## Other tables

| table | what | may be left out with |
|---|---|---|
${exportedTables.map(({ table, holds, part }) => `| \`${table}\` | ${holds} | ${part === undefined ? '' : `\`--without ${part}\``} |`).join('\n')}

Not exported: ${Object.entries(unexportedTables)
    .map(([table, because]) => `\`${table}\` (${because})`)
    .join(', ')}.

## What is sealed

Columns whose name begins with \`sealed\` are encrypted under \`OSTIARY_SECRET\` (AES-256-GCM, bound to the table and the row), and stay so: private signing keys, keys of refresh tokens, secrets of authenticator apps, secrets of
providers and of APIs with HS256, mails. Nobody can read them without the secret, and \`ostiary import\` refuses the file under another one before it writes anything. Hashes are not sealed.

## Read by a program of yours

Every password hash verifies without Ostiary: \`$argon2id$…\` is a [PHC string](https://github.com/P-H-C/phc-string-format) of the password in NFC. Forms that came by import are listed in [import passwords](../guide/import-passwords.md);
\`$wrapped$…\` is Argon2id over the digest of an older form, as described there.

\`\`\`sh
ostiary export --accounts | jq -c 'select(.type == "account") | {username, email, password_hash}'
\`\`\`
`
}
