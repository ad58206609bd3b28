import type { Command } from 'commander'
import { advanceKeysInUse } from '../domain/clients/advance-keys-in-use.ts'
import { type Applied, applyDeclaration } from '../domain/declarations/apply-declaration.ts'
import type { Plan, PlannedStep } from '../domain/declarations/declaration.ts'
import type { ApplyDeps } from '../domain/declarations/plan-apis.ts'
import { planDeclaration } from '../domain/declarations/plan-declaration.ts'
import type { Installation } from '../installation.ts'
import { type ApplyFile, readApplyFile } from './apply-file.ts'
import { planSettings, type SettingsPlan, writeSettings } from './apply-settings.ts'
import { CommandError, createCommand, type Report, runCommand, withInstallation } from './command.ts'

interface ApplyOptions {
  readonly plan?: boolean
  readonly prune?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

export function applyCommand(): Command {
  return createCommand(
    'apply',
    'Bring clients, APIs, roles, organizations and settings to what a JSON file says of them (docs/reference/apply.schema.json): shows the plan first, and asks. What the file does not name stays, unless you say --prune.',
    'ostiary apply installation.json --plan',
  )
    .argument('<file>', 'what the installation is to be like')
    .option('--plan', 'show the plan alone; exit code 2 when there is something to do')
    .option('--prune', 'delete what the sections of the file do not name; never an organization')
    .option('--yes', 'carry it out without asking')
    .action((file: string, options: ApplyOptions) =>
      runCommand(options, () =>
        withInstallation((installation) => applyFile(installation, readApplyFile(file), options)),
      ),
    )
}

async function applyFile(installation: Installation, file: ApplyFile, options: ApplyOptions): Promise<Report> {
  const { settings: declaredSettings = {}, ...declaration } = file
  const folder = process.cwd()
  const settings = planSettings(declaredSettings, folder)
  const deps: ApplyDeps = {
    ...installation,
    actor: 'cli',
    prepareKeys: (algorithms) => advanceKeysInUse(installation, algorithms),
  }
  const prunes = options.prune === true
  if (options.plan) return describePlan(await planDeclaration(deps, declaration, prunes), settings)
  const agrees = async (plan: Plan): Promise<boolean> => {
    if (plan.steps.length + settings.changes.length === 0) return true
    if (options.yes) return true
    return confirmPlan(plan, settings, options)
  }
  const applied = await applyDeclaration({ ...deps, clock: installation.clock, declaration, prunes, agrees })
  if (!applied.ok) throw refuse(applied)
  if (settings.changes.length > 0) writeSettings(settings, folder)
  return describeApplied(applied, settings)
}

function refuse(applied: Extract<Applied, { ok: false }>): CommandError {
  if (applied.reason === 'invalid') return new CommandError('invalid_file', applied.faults.join('\n'))
  if (applied.reason === 'declined') return new CommandError('cancelled', 'Nothing was changed.')
  if (applied.reason === 'lease_taken')
    return new CommandError(
      'apply_running',
      'Somebody else applies a file at this moment, or did while you thought: run it again to see the plan anew.',
    )
  const { sentence, done, secrets } = applied
  const made = secrets.map(({ kind, id, secret }) => ` The secret of the ${kind} ${id}, shown only now: ${secret}`)
  return new CommandError(
    'step_refused',
    `${sentence} ${done.length} steps before it are done; run it again for the rest.${made.join('')}`,
  )
}

function describePlan(plan: Plan, settings: SettingsPlan): Report {
  const count = plan.steps.length + (settings.changes.length > 0 ? 1 : 0)
  const exitCode = plan.faults.length > 0 ? 1 : count > 0 ? 2 : 0
  return {
    json: {
      steps: plan.steps.map(({ planned }) => planned),
      settings: settings.changes,
      overridden: settings.overridden,
      faults: plan.faults,
    },
    lines: [...plan.faults, ...renderPlan(plan, settings)],
    exitCode,
  }
}

async function confirmPlan(plan: Plan, settings: SettingsPlan, options: ApplyOptions): Promise<boolean> {
  if (options.json || !process.stdin.isTTY || !process.stderr.isTTY)
    throw new CommandError('unconfirmed', 'There is no terminal to ask at: look at it with --plan, then add --yes.', 2)
  process.stderr.write(`${renderPlan(plan, settings).join('\n')}\n`)
  const { confirm } = await import('@clack/prompts')
  return (await confirm({ message: 'Carry this out?', initialValue: false, output: process.stderr })) === true
}

const signs = { create: '+', change: '~', delete: '-' } as const

function renderPlan({ steps }: Plan, { changes, overridden }: SettingsPlan): string[] {
  const planned = steps.map((step) => step.planned)
  const count = (action: PlannedStep['action']) => planned.filter((step) => step.action === action).length
  const settings = changes.length === 0 ? [] : ['~ settings, in ostiary.json', ...changes.map(renderChange)]
  return [
    ...planned.flatMap((step) => [`${signs[step.action]} ${step.kind} ${step.id}`, ...step.changes.map(renderChange)]),
    ...settings,
    ...overridden.map((member) => `! the environment sets ${member} too, and wins`),
    planned.length + changes.length === 0
      ? 'Nothing to do.'
      : `${count('create')} to create, ${count('change')} to change, ${count('delete')} to delete${changes.length > 0 ? `, ${changes.length} settings` : ''}.`,
  ]
}

function renderChange({ member, before, after }: PlannedStep['changes'][number]): string {
  const shown = (value: unknown) => JSON.stringify(value) ?? 'nothing'
  return before === undefined ? `    ${member}: ${shown(after)}` : `    ${member}: ${shown(before)} → ${shown(after)}`
}

function describeApplied({ done, secrets }: Extract<Applied, { ok: true }>, settings: SettingsPlan): Report {
  const written = settings.changes.map(({ member }) => member)
  return {
    json: { done, secrets, settings: written },
    lines: [
      ...done.map((step) => `${signs[step.action]} ${step.kind} ${step.id}`),
      ...(written.length > 0 ? [`~ settings: ${written.join(', ')}; they take effect at the next start.`] : []),
      ...(done.length + written.length === 0 ? ['Nothing to do.'] : []),
      ...secrets.map(({ kind, id, secret }) => `The secret of the ${kind} ${id}, shown only now: ${secret}`),
    ],
  }
}
