/** Secrets that were just made, on their way to the page that shows them this once. In memory alone. */
const secrets = new Map<string, string>()

export function keepSecret(id: string, secret: string): void {
  secrets.set(id, secret)
}

/** What was kept for a page, which shows it while it is open. */
export function takeSecret(id: string): string | undefined {
  const secret = secrets.get(id)
  secrets.delete(id)
  return secret
}
