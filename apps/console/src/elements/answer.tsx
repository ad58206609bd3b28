import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { AdminProblem } from '../api/admin-problem.ts'
import type { AdminAnswer } from '../api/ask-admin.ts'
import classes from './elements.module.css'
import { Failure } from './failure.tsx'
import { Waiting } from './waiting.tsx'

/** What the API answered, or that it is awaited, or why it did not. An answer stays when a later one fails, and says so. */
export function Answer<Body>({
  query,
  what,
  children,
}: {
  readonly query: UseQueryResult<AdminAnswer<Body>, AdminProblem>
  /** For the wait, such as `Loading keys`. */
  readonly what?: string
  readonly children: (body: Body, etag: string | undefined) => ReactNode
}) {
  if (!query.data) {
    if (query.error) return <Failure error={query.error} retry={() => void query.refetch()} />
    return <Waiting {...(what !== undefined && { what })} />
  }
  return (
    <>
      {query.error && (
        <p className={classes.stale} role="status">
          Not up to date: {query.error.message}
        </p>
      )}
      {children(query.data.body, query.data.etag)}
    </>
  )
}
