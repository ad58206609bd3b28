/** Code to be pasted. */
export interface Snippet {
  /** Of the framework or the tool. */
  readonly name: string
  /** Where it belongs, such as `server.mjs`. */
  readonly file: string
  /** What has to be there first; absent: nothing. */
  readonly install?: string
  readonly text: string
}

/** As JavaScript writes it. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** As a shell takes it, whatever is in it. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
