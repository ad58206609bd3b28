import type { MemberChange } from './declaration.ts'

/** Members whose order says nothing. */
const sets: ReadonlySet<string> = new Set(['scopes', 'permissions'])

/** Which members of `after` are other than in `before`, in the order of their names. */
export function compareMembers(before: object, after: object): MemberChange[] {
  const was = before as Readonly<Record<string, unknown>>
  return Object.entries(after)
    .filter(([member, value]) => normalize(member, was[member]) !== normalize(member, value))
    .map(([member, value]) => ({ member, before: was[member], after: value }))
    .sort((a, b) => (a.member < b.member ? -1 : 1))
}

function normalize(member: string, value: unknown): string {
  const ordered = Array.isArray(value) && sets.has(member) ? value.map(order).toSorted(byText) : order(value)
  return JSON.stringify(ordered) ?? 'nothing'
}

function byText(a: unknown, b: unknown): number {
  return String(JSON.stringify(a)) < String(JSON.stringify(b)) ? -1 : 1
}

/** The same with the members of objects in the order of their names, and without those that are absent. */
function order(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(order)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).filter(([, content]) => content !== undefined)
  return Object.fromEntries(
    members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, content]) => [name, order(content)]),
  )
}
