import type { Command } from 'commander'
import { loadConfig } from '../config.ts'
import { type EffectiveSetting, listSettings } from '../list-settings.ts'
import { createCommand, createGroup, type Report, runCommand } from './command.ts'

export function settingCommand(): Command {
  return createGroup('setting', 'Settings, as the environment and ostiary.json make them.', [settingListCommand()])
}

function settingListCommand(): Command {
  return createCommand(
    'list',
    'List each setting with its value and where that is from; secrets are masked.',
    'ostiary setting list',
  ).action((options: { readonly json?: boolean }) => runCommand(options, async () => reportSettings()))
}

function reportSettings(): Report {
  const settings = listSettings(loadConfig())
  return { json: { settings: settings.map(toJson) }, lines: settings.map(toLine) }
}

function toJson({ name, variable, value, source, isMasked }: EffectiveSetting): object {
  return { name, variable: variable ?? null, value, source, masked: isMasked }
}

function toLine({ name, value, source }: EffectiveSetting): string {
  return `${name.padEnd(20)}  ${source.padEnd(11)}  ${value === null ? '' : JSON.stringify(value)}`.trimEnd()
}
