/**
 * Scopes, permissions or roles of a token: the words of a text, or the texts of a list. Anything else has none. All requests with the token see
 * the same set, so it refuses to change: a handler that adds a word must not give it to the next request.
 */
export class WordSet extends Set<string> {
  constructor(claim: unknown) {
    super()
    const words: unknown = typeof claim === 'string' ? claim.split(' ') : claim
    if (!Array.isArray(words)) return
    for (const word of words) if (typeof word === 'string' && word !== '') super.add(word)
  }

  override add(): never {
    throw new TypeError('Scopes cannot be changed')
  }

  override delete(): never {
    return this.add()
  }

  override clear(): never {
    return this.add()
  }
}
