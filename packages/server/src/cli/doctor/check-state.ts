import type { AuditEvent } from '../../domain/audit/audit-event.ts'
import { listAuditEvents } from '../../domain/audit/list-audit-events.ts'
import { listSigningKeys } from '../../domain/keys/list-signing-keys.ts'
import { ROTATION_MS } from '../../domain/keys/plan-key-schedule.ts'
import type { SigningKey } from '../../domain/keys/signing-key.ts'
import { type FeedGuard, listLivingGuards, listSilentGuards } from '../../domain/revocations/list-guards.ts'
import type { Installation } from '../../installation.ts'
import { type Finding, found } from './finding.ts'

/** What stands in the database. */
export async function checkState({ database, clock }: Installation): Promise<readonly Finding[]> {
  const now = clock.now()
  const latest = (act: AuditEvent['act']) => listAuditEvents(database.read, { act, limit: 1 })
  const [living, silent, keys, backups, alarms] = await Promise.all([
    listLivingGuards(database.read, now),
    listSilentGuards(database.read, now),
    listSigningKeys(database.read),
    latest('installation.backed_up'),
    latest('audit.broken'),
  ])
  // PostgreSQL's own tools leave no event here.
  const backup = database.dialect === 'sqlite' ? [judgeBackup(backups[0], now)] : []
  return [judgeGuards(living.length, silent, now), judgeKeys(keys, now), judgeAlarm(alarms[0]), ...backup]
}

const DAY_MS = 24 * 3600 * 1000
const OLD_BACKUP_DAYS = 7

function judgeBackup(event: AuditEvent | undefined, now: number): Finding {
  const take = 'take one each night with `ostiary backup`, and keep it and OSTIARY_SECRET apart'
  if (event === undefined) return found('backup', 'warning', `No backup of this database was ever taken: ${take}.`)
  const days = Math.floor((now - event.at) / DAY_MS)
  if (event.outcome === 'refused')
    return found('backup', 'warning', `The last backup was tried ${days} days ago and failed: see why, and ${take}.`)
  if (days <= OLD_BACKUP_DAYS) return found('backup', 'ok', `The last backup is ${days} days old.`)
  return found('backup', 'warning', `The last backup is ${days} days old: ${take}.`)
}

/** A server that finds the log altered writes it into the log. */
function judgeAlarm(event: AuditEvent | undefined): Finding {
  if (event === undefined) return found('audit', 'ok', 'No server has found the audit log altered.')
  const sentence = `On ${new Date(event.at).toISOString()} the audit log was found altered: somebody may have written to the database; see the guide on incidents.`
  return found('audit', 'error', sentence)
}

function judgeGuards(living: number, silent: readonly FeedGuard[], now: number): Finding {
  const [first] = silent
  if (first === undefined)
    return found('guards', 'ok', `${living} guards acknowledge the feed, and none has gone silent.`)
  const minutes = Math.max(1, Math.round((now - first.acknowledgedAt) / 60_000))
  const others = silent.length === 1 ? '' : ` and ${silent.length - 1} more`
  const sentence = `The guard ${first.name} of the client ${first.clientId} has been silent for ${minutes} min${others}: if its API still runs, let it reach the feed, or it refuses every request.`
  return found('guards', 'warning', sentence)
}

/** The schedule is looked at every half minute by any server that runs. */
const OVERDUE_MS = ROTATION_MS + DAY_MS

function judgeKeys(keys: readonly SigningKey[], now: number): Finding {
  const overdue = keys.find((key) => key.state === 'active' && now - key.stateSince > OVERDUE_MS)
  if (overdue === undefined) {
    const active = keys.filter((key) => key.state === 'active').length
    return found('keys', 'ok', `${active} ${active === 1 ? 'key signs' : 'keys sign'}, and none is overdue.`)
  }
  const days = Math.round((now - overdue.stateSince) / DAY_MS)
  const sentence = `The key ${overdue.kid} has signed for ${days} days and should have been replaced after 90: look in the log for "maintenance failed".`
  return found('keys', 'error', sentence)
}
