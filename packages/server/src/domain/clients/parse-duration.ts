const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration such as `45s`, `90m`, `12h` or `30d` in milliseconds, a year at most; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count = '', unit = ''] = /^(\d{1,8})([smhd])$/.exec(text) ?? []
  const milliseconds = Number(count) * (UNITS_MS[unit] ?? Number.NaN)
  return milliseconds > 0 && milliseconds <= 366 * 86_400_000 ? milliseconds : undefined
}
