import { inject } from 'vitest'

/**
 * The URL of a new database on the PostgreSQL cluster of this test run, with our schema and nothing in it, or without anything; it is
 * removed some time after this process has ended.
 */
export async function createTestDatabaseUrl({ isEmpty = false } = {}): Promise<string> {
  const query = new URLSearchParams({ pid: String(process.pid), ...(isEmpty && { empty: '' }) })
  const response = await fetch(`${inject('newPostgresqlDatabase')}?${query}`, { method: 'POST' })
  const text = await response.text()
  if (!response.ok) throw new Error(`No PostgreSQL database for this test: ${text}`)
  return text
}
