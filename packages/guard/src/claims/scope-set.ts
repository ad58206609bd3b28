const noWords: readonly string[] = []

/**
 * The scopes of a token. All requests with the token see the same set, so it refuses to change: a handler that adds a
 * scope must not give it to the next request.
 */
export class ScopeSet extends Set<string> {
  constructor(scope: string | undefined) {
    super()
    for (const word of scope?.split(' ') ?? noWords) if (word !== '') super.add(word)
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
