import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { migrations } from '../src/domain/schema/migrations.ts'
import { systemClock } from '../src/platform/clock/clock.ts'
import { openDatabase } from '../src/platform/database/open-database.ts'

let template: Promise<string> | undefined

/** Puts a database with our schema and nothing in it at a path: copying one takes less time than making it. */
export async function copySqliteTemplate(file: string): Promise<void> {
  template ??= makeTemplate()
  copyFileSync(await template, file)
}

async function makeTemplate(): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ostiary-template-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'template.db')
  await (await openDatabase({ url: `sqlite:${file}`, migrations, clock: systemClock })).close()
  return file
}
