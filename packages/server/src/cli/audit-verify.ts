import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { parseProofBundle, refuteProofBundle } from '../domain/audit-tree/proof-bundle.ts'
import { type HeldCheckpoint, type VerifiedAuditLog, verifyAuditLog } from '../domain/audit-tree/verify-audit-log.ts'
import { holdCheckpoints } from '../domain/revocations/hold-checkpoints.ts'
import { listRecentGuards } from '../domain/revocations/list-guards.ts'
import type { Installation } from '../installation.ts'
import { type NoteVerifier, parseVerifierKey, renderVerifierKey } from '../platform/signed-note/signed-note.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'
import { Progress } from './progress.ts'

interface VerifyOptions {
  readonly json?: boolean
  readonly checkpoint?: readonly string[]
  readonly proof?: string
  readonly key?: string
}

export function auditVerifyCommand(): Command {
  return createCommand(
    'verify',
    'Read the whole audit log, and hold it against the signature of its head, what guards remember, and checkpoints that you have kept. Exit code 1 and one sentence for each thing that is wrong.',
    'ostiary audit verify --checkpoint checkpoints/*',
  )
    .option('--checkpoint <file...>', 'signed checkpoints that were kept elsewhere')
    .option('--proof <file>', 'check this proof of one event instead of the log')
    .option('--key <key>', 'the key that `ostiary audit key` printed; with --proof no database is needed then')
    .action((options: VerifyOptions) =>
      runCommand(options, () => {
        const verifier = readKey(options.key)
        if (options.proof !== undefined && verifier) return verifyProof(options.proof, verifier)
        return withInstallation((installation) => verifyWithDatabase(installation, options, verifier))
      }),
    )
}

function readKey(text: string | undefined): NoteVerifier | undefined {
  if (text === undefined) return undefined
  const verifier = parseVerifierKey(text)
  if (verifier) return verifier
  throw new CommandError(
    'invalid_option',
    '--key is no key of an audit log: take it as `ostiary audit key` printed it.',
    2,
  )
}

async function verifyWithDatabase(
  installation: Installation,
  { proof, checkpoint: files = [] }: VerifyOptions,
  key: NoteVerifier | undefined,
): Promise<Report> {
  const { database, auditSigner } = installation
  if (proof !== undefined) return verifyProof(proof, auditSigner)
  if (key && renderVerifierKey(key) !== renderVerifierKey(auditSigner))
    throw new CommandError('other_key', 'This database has another key than --key: it is not the log that you know.')
  const ofFiles = files.map((file): HeldCheckpoint => ({ holder: file, note: readText(file) }))
  const ofGuards = holdCheckpoints(await listRecentGuards(database.read))
  const bar = new Progress('Verifying', 1)
  const held = [...ofFiles, ...ofGuards]
  const progress = (done: number, of: number) => bar.tell(done / of, `${done} of ${of} events`)
  const verified = await database.snapshot((sql) => verifyAuditLog({ sql, verifier: auditSigner, held, progress }))
  bar.end()
  return report(verified, held.length)
}

function report(verified: VerifiedAuditLog, heldCount: number): Report {
  const { size, pending, forgotten, erased, findings, findingCount, checkpoint } = verified
  const more = findingCount - findings.length
  const counts = [
    `${size} events`,
    ...(pending > 0 ? [`${pending} not in the tree yet, and so not protected`] : []),
    ...(forgotten > 0 ? [`${forgotten} deleted by retention`] : []),
    ...(erased > 0 ? [`${erased} with particulars erased, of deleted accounts`] : []),
    `held against ${heldCount} ${heldCount === 1 ? 'checkpoint' : 'checkpoints'} of files and guards`,
  ]
  const verdict = findingCount === 0 ? 'The audit log is whole' : `The audit log is not whole, ${findingCount} findings`
  return {
    json: {
      is_whole: findingCount === 0,
      size,
      pending,
      forgotten,
      erased,
      checkpoint,
      held: heldCount,
      findings,
      finding_count: findingCount,
    },
    lines: [
      ...findings.map(({ sentence }) => sentence),
      ...(more > 0 ? [`… and ${more} more.`] : []),
      `${verdict}: ${counts.join(', ')}.`,
    ],
    exitCode: findingCount === 0 ? 0 : 1,
  }
}

async function verifyProof(file: string, verifier: NoteVerifier): Promise<Report> {
  const bundle = parseProofBundle(readText(file))
  if (bundle === undefined)
    throw new CommandError('invalid_proof', `${file} is no proof that \`ostiary audit proof\` has printed.`)
  const why = refuteProofBundle(bundle, verifier)
  const { id, act, at } = bundle.public
  const event = `${String(id)} (${String(act)}, ${String(at)})`
  const sentence =
    why === undefined
      ? `The event ${event} is at index ${bundle.index} of ${verifier.name}.`
      : `The event ${event} is not proved: ${why}.`
  return { json: { is_proved: why === undefined, sentence }, lines: [sentence], exitCode: why === undefined ? 0 : 1 }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new CommandError('file_not_readable', `${file} can't be read.`, 2)
  }
}
