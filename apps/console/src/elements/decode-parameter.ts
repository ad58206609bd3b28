/** A part of an address as it was before it was encoded: the router leaves what separates parts, such as %2F, as it is. */
export function decodeParameter(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
