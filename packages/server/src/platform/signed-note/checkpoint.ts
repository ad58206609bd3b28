/** How far a log has come. @see https://c2sp.org/tlog-checkpoint */
export interface Checkpoint {
  /** Which log, one name for ever. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

export function renderCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}

/** Reads the text of a checkpoint, or the whole note; undefined for what is none. Further lines are passed over, as the format allows. */
export function parseCheckpoint(text: string): Checkpoint | undefined {
  const [origin, digits, encoded, ...rest] = text.split('\n')
  if (!origin || rest.length === 0 || !/^(0|[1-9]\d{0,15})$/.test(digits ?? '')) return undefined
  const root = Buffer.from(encoded ?? '', 'base64')
  const size = Number(digits)
  if (root.length !== 32 || root.toString('base64') !== encoded || !Number.isSafeInteger(size)) return undefined
  return { origin, size, root }
}
