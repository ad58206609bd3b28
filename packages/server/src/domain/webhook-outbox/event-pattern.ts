import { type WebhookEventType, webhookEventTypes } from './event-types.ts'

const EVERY_TYPE = '*'

/** What a webhook may ask for: a type, all of a family such as `account.*`, or `*`. Types that come later belong to their families. */
export function isEventPattern(text: string): boolean {
  return text === EVERY_TYPE || Object.hasOwn(webhookEventTypes, text) || families.has(text)
}

/** The patterns that ask for this type. */
export function patternsFor(type: WebhookEventType): readonly string[] {
  return [type, familyOf(type), EVERY_TYPE]
}

function familyOf(type: string): string {
  return `${type.slice(0, type.indexOf('.'))}.*`
}

const families: ReadonlySet<string> = new Set(Object.keys(webhookEventTypes).map(familyOf))

export const EVENT_PATTERN_SENTENCE: string = `An event is a type such as account.created, all of a family such as account.*, or *. The families are ${[...families].join(', ')}.`
