const wellKnown = '/.well-known/oauth-protected-resource'

/** Where the metadata of a resource stands. */
export interface MetadataLocation {
  readonly url: string
  /** The path of that address, and the origin's, where clients look that know no other. */
  readonly paths: ReadonlySet<string>
}

/**
 * Puts the well-known name between the host and the path of a resource.
 *
 * @param resource a URL without query and fragment.
 * @see RFC 9728 §3.1
 */
export function locateMetadata(resource: string): MetadataLocation {
  const { origin, pathname } = new URL(resource)
  // "any terminating slash following the host component MUST be removed"; a path keeps its own.
  const path = `${wellKnown}${pathname === '/' ? '' : pathname}`
  return { url: `${origin}${path}`, paths: new Set([path, wellKnown]) }
}
