type Filters = Readonly<Record<string, string | undefined>>

/** The filters of the address as the API takes them: days of the person's own time zone become moments. */
export function auditQuery({ account, act, q, outcome, from, to }: Filters): Filters {
  return { account_id: account, act, q, outcome, from: startOf(from, 0), to: startOf(to, 1) }
}

function startOf(day: string | undefined, daysLater: number): string | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? '')
  if (!parts) return undefined
  const [, year, month, date] = parts.map(Number)
  return new Date(year ?? 0, (month ?? 1) - 1, (date ?? 1) + daysLater).toISOString()
}
