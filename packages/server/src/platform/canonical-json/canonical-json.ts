/**
 * JSON as the JSON Canonicalization Scheme writes it: one text for one value, whoever writes it. Members that are undefined are left out. Half a
 * character, of which §3.2.2.2 makes an error, is written as its escape: what was audited must not become unreadable by it.
 *
 * @see RFC 8785 §3.2
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  // §3.2.2: JavaScript's own way to write numbers and strings is the scheme's.
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const members = Object.entries(value).filter(([, member]) => member !== undefined)
  // §3.2.3: by UTF-16 code units, as JavaScript compares.
  members.sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}
