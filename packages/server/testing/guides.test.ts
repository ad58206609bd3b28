import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempDisposableSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomSecret } from '../src/platform/random/random.ts'

const bin = fileURLToPath(new URL('../dist/bundle/bin.js', import.meta.url))
const compileCache = fileURLToPath(new URL('../../../node_modules/.cache/ostiary-compile', import.meta.url))
const guides = fileURLToPath(new URL('../../../docs/guide/', import.meta.url))

interface Section {
  readonly heading: string
  /** What stands in blocks that begin with ```sh run. */
  readonly commands: string
}

/** The sections of a guide that have something to run. */
function readSections(guide: string): readonly Section[] {
  const text = readFileSync(path.join(guides, guide), 'utf8')
  const [, ...parts] = text.split(/^## /m)
  const sections = parts.map((part) => {
    const blocks = [...part.matchAll(/^```sh run\n(.*?)^```/gms)].map(([, block = '']) => block)
    return { heading: part.slice(0, part.indexOf('\n')), commands: blocks.join('\n') }
  })
  return sections.filter(({ commands }) => commands !== '')
}

interface Answer {
  readonly id?: string
  readonly client_id?: string
  readonly keys?: readonly { readonly kid: string }[]
}

/** An installation as the guide makes one: settings in a file, and a command that reads them. */
class Scratch {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), 'ostiary-guide-'))
  readonly variables: Record<string, string> = {}

  constructor() {
    const bins = path.join(this.folder, 'bin')
    mkdirSync(bins)
    const envFile = path.join(this.folder, 'ostiary.env')
    writeFileSync(envFile, `OSTIARY_SECRET=${randomSecret()}\n`, { mode: 0o600 })
    const shim = `#!/bin/sh\nset -a; . ${envFile}; exec ${process.execPath} ${bin} "$@"\n`
    writeFileSync(path.join(bins, 'ostiary'), shim)
    chmodSync(path.join(bins, 'ostiary'), 0o755)
    this.variables.ENV_FILE = envFile
  }

  /** Runs them as they stand; the first one that fails ends it. */
  run(commands: string): Promise<{ exitCode: number | null; output: string }> {
    const PATH = `${path.join(this.folder, 'bin')}:${process.env.PATH}`
    const own = { PATH, HOME: this.folder, OSTIARY_DATA_DIR: path.join(this.folder, 'data') }
    const env = { ...own, NODE_COMPILE_CACHE: compileCache, ...this.variables }
    const child = spawn('bash', ['-euo', 'pipefail', '-c', commands], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    return new Promise((resolve) => child.on('close', (exitCode) => resolve({ exitCode, output })))
  }

  /** What a command prints as JSON. */
  async ask(command: string): Promise<Answer> {
    const { exitCode, output } = await this.run(`${command} --json`)
    if (exitCode !== 0) throw new Error(output)
    return JSON.parse(output)
  }

  /** What the guides speak of. */
  async furnish(): Promise<void> {
    Object.assign(this.variables, { USERNAME: 'ada', AUDIENCE: 'https://api.example.com', SINCE: '2026-01-01' })
    await this.ask('ostiary account create --username ada --role admin --generate-password')
    await this.ask('ostiary api create --audience "$AUDIENCE"')
    const client = await this.ask('ostiary client create --name Reports --type confidential --grant client_credentials')
    const key = await this.ask('ostiary api-key create --username ada --audience "$AUDIENCE" --name old')
    const webhook = await this.ask('ostiary webhook create --url https://hooks.example.com/in --event "session.*"')
    const { keys } = await this.ask('ostiary key list')
    this.variables.CLIENT_ID = client.client_id ?? ''
    this.variables.API_KEY_ID = key.id ?? ''
    this.variables.WEBHOOK_ID = webhook.id ?? ''
    this.variables.KID = keys?.[0]?.kid ?? ''
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}

/** What must be so once the commands of a section have run. */
const outcomes: Readonly<Record<string, string>> = {
  OSTIARY_SECRET: '! grep "^OSTIARY_SECRET=" "$ENV_FILE" | grep ,',
  'Client secrets': 'ostiary client list | grep -q "$CLIENT_ID"',
  'API keys': '! ostiary api-key list | grep -q "$API_KEY_ID"',
  'A signing key leaked': '! ostiary key list | grep "$KID" | grep -q -e active -e pending',
  'OSTIARY_SECRET leaked': 'ostiary key list | grep -q active',
  'An admin was phished': 'ostiary session list --username "$USERNAME" --json | grep -q \'"sessions": \\[\\]\'',
}

describe('docs/guide/install.md', () => {
  it('ostiaryctl takes the settings file as systemd does: what a shell would cut off at an & goes to the database that the server has', async () => {
    using folder = mkdtempDisposableSync(path.join(tmpdir(), 'ostiary-guide-'))
    const at = (name: string) => path.join(folder.path, name)
    const databaseUrl = 'postgres://ostiary:secret@127.0.0.1:1/accounts?connect_timeout=1&application_name=ctl'
    writeFileSync(at('ostiary.env'), `OSTIARY_SECRET=${randomSecret()}\nOSTIARY_DATABASE_URL=${databaseUrl}\n`)
    symlinkSync(bin, at('ostiary'))
    const [script = ''] =
      /^#!\/bin\/sh\n.*?(?=^```)/ms.exec(readFileSync(path.join(guides, 'install.md'), 'utf8')) ?? []
    expect(script).toContain('runuser -u ostiary -- ')
    const ours = script
      .replace('runuser -u ostiary -- ', '')
      .replaceAll('/etc/ostiary/ostiary.env', at('ostiary.env'))
      .replaceAll('/var/lib/ostiary', folder.path)
    writeFileSync(at('ostiaryctl'), ours, { mode: 0o755 })
    const PATH = `${folder.path}:${path.dirname(process.execPath)}:/usr/bin:/bin`
    const ran = spawnSync(at('ostiaryctl'), ['setting', 'list', '--json'], { env: { PATH }, encoding: 'utf8' })
    expect(ran.stderr).toBe('')
    expect(ran.stdout).toContain('127.0.0.1:1/accounts')
    expect(ran.stdout).toContain(folder.path)
  })
})

describe.each(['rotate.md', 'incident.md'])('docs/guide/%s', (guide) => {
  let scratch: Scratch
  beforeAll(async () => {
    scratch = new Scratch()
    await scratch.furnish()
  })
  afterAll(() => scratch.remove())

  it.each(readSections(guide))('$heading: its commands run as they are written', async ({ heading, commands }) => {
    const { exitCode, output } = await scratch.run(`${commands}\n${outcomes[heading] ?? ''}`)
    expect(exitCode, output).toBe(0)
  })
})
