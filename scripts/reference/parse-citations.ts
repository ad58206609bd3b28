/** A place in a specification. */
export interface Citation {
  readonly specification: string
  readonly section: string
}

const names = [
  /RFC \d+(?:bis)?/,
  /OpenID Connect (?:Core|Discovery|RP-Initiated Logout|Back-Channel Logout|Registration)(?: 1\.0)?/,
  /OAuth 2\.\d(?: [A-Z][A-Za-z]*)*/,
  /FAPI 2\.0 Security Profile/,
  /OWASP ASVS [\d.]+/,
  /NIST SP [\w-]+/,
  /Fetch(?: Standard)?/,
].map(({ source }) => source)
const place = new RegExp(`^(?<name>${names.join('|')})?(?: ?(?<section>§[\\w.]+|\\d+(?:\\.\\d+)+))?$`)

/** `RFC 7636 §4.6, RFC 6749 §5.2: a claim` → both places, and the claim; no places for any other title. */
export function parseCitations(title: string): { readonly citations: readonly Citation[]; readonly claim: string } {
  const colon = title.indexOf(': ')
  const parts = title.slice(0, Math.max(colon, 0)).split(/, | and /)
  const citations: Citation[] = []
  for (const part of parts) {
    const { name, section = '' } = place.exec(part)?.groups ?? {}
    // `RFC 8414 §3.1, §5`: the name holds until there is another.
    const specification = name === undefined ? citations.at(-1)?.specification : fullName(name)
    if (specification === undefined || (name === undefined && section === '')) return { citations: [], claim: title }
    citations.push({ specification, section })
  }
  return { citations, claim: title.slice(colon + 2) }
}

/** One name for what is cited by a longer and a shorter one. */
function fullName(name: string): string {
  if (name === 'Fetch') return 'Fetch Standard'
  return name.startsWith('OpenID Connect') && !name.endsWith(' 1.0') ? `${name} 1.0` : name
}
