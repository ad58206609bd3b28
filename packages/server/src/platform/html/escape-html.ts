const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  // HTML §13.2.3.5: a raw carriage return would be read as a line feed.
  '\r': '&#13;',
  // HTML §13.2.5.1: U+0000 can not be in a document at all; the browser would drop it silently.
  '\0': '\u{FFFD}',
}

/** Escapes text for HTML text and for attribute values in double or single quotes; the browser shows it exactly. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"'\r\0]/g, (character) => references[character] ?? '')
}
