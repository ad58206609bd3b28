import { Button } from '@mantine/core'
import { useState } from 'react'
import type { AuditEvent, AuditEventPage } from '../../api/admin-api.ts'
import { askAdmin } from '../../api/ask-admin.ts'
import { useToasts } from '../../elements/toasts.tsx'
import { useSession } from '../../sign-in/session-context.tsx'
import { auditQuery } from './audit-query.ts'

/** More than that is for `ostiary audit export`, which streams. */
const MOST = 10_000

/** Saves what the filters show as JSON lines. */
export function ExportEvents({ filters }: { readonly filters: Readonly<Record<string, string | undefined>> }) {
  const session = useSession()
  const toasts = useToasts()
  const [isRunning, setRunning] = useState(false)
  const save = async (): Promise<void> => {
    setRunning(true)
    try {
      const events: AuditEvent[] = []
      let cursor: string | undefined
      do {
        const query = { ...auditQuery(filters), limit: 200, cursor }
        const { body } = await askAdmin<AuditEventPage>(session, '/audit/events', { query })
        events.push(...body.items)
        cursor = body.next_cursor ?? undefined
      } while (cursor !== undefined && events.length < MOST)
      download(events)
      const rest = cursor === undefined ? '' : ' There are more: ostiary audit export has them all, with their proofs.'
      toasts.done(`${events.length.toLocaleString('en')} events saved.${rest}`)
    } catch (error) {
      toasts.failed(error as Error)
    } finally {
      setRunning(false)
    }
  }
  return (
    <Button variant="default" loading={isRunning} onClick={() => void save()}>
      Export
    </Button>
  )
}

function download(events: readonly AuditEvent[]): void {
  const lines = events.map((event) => `${JSON.stringify(event)}\n`)
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(lines, { type: 'application/x-ndjson' }))
  link.download = `audit-${new Date().toISOString().slice(0, 10)}.jsonl`
  link.click()
  URL.revokeObjectURL(link.href)
}
