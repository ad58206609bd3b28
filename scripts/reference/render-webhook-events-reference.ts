import { dataMembers, webhookEventTypes } from '../../packages/server/src/domain/webhook-outbox/event-types.ts'

/** What webhooks are told of, and what each member means. */
export function renderWebhookEventsReference(): string {
  const types = Object.entries(webhookEventTypes).map(
    ([type, { meaning, members }]) =>
      `| \`${type}\` | ${meaning} | ${members.map((member) => `\`${member}\``).join(', ')} |`,
  )
  const members = Object.entries(dataMembers).map(([member, meaning]) => `| \`${member}\` | ${meaning} |`)
  return `# Webhook events

What a [webhook](../guide/webhooks.md) may be told of. The body of each message is \`{"type", "timestamp", "data"}\`; \`timestamp\` is RFC 3339 text, and \`webhook-id\` is the id of
the audit event. \`data\` always has \`actor\`, who did it: \`account:<id>\` a person for themselves, \`admin:<id>\` a person through the admin API, \`client:<id>\` a program, \`cli\` a command of the operator, \`system\` a schedule,
\`anonymous\` somebody who has not proved who they are. A member that does not apply is absent.

| type | tells that | \`data\` may have |
|---|---|---|
${types.join('\n')}

| member | is |
|---|---|
${members.join('\n')}

A family is all types before the dot: \`account.*\`. Types and members are never renamed; there may be more of both, so ignore what you don't know.
`
}
