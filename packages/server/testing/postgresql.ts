import { inject } from 'vitest'

/** The URL of a new, empty database on the PostgreSQL cluster of this test run; the cluster is removed with all of them at its end. */
export async function createTestDatabaseUrl(): Promise<string> {
  const response = await fetch(inject('newPostgresqlDatabase'), { method: 'POST' })
  const text = await response.text()
  if (!response.ok) throw new Error(`No PostgreSQL database for this test: ${text}`)
  return text
}
