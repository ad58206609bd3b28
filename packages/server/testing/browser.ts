import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Browser, chromium } from 'playwright-core'

const run = promisify(execFile)

/**
 * Launches a Chromium with a fresh profile; the caller closes it. Nothing but npm packages is needed on Linux on x64; elsewhere
 * `OSTIARY_TEST_CHROMIUM` names the browser's executable.
 *
 * @throws {Error} when there is no browser for this machine, with what to set
 */
export async function launchBrowser(): Promise<Browser> {
  const own = process.env.OSTIARY_TEST_CHROMIUM
  if (own !== undefined) return await chromium.launch({ executablePath: own, args: quietArguments })
  const folder = await unpackedChromium()
  return await chromium.launch({
    executablePath: path.join(folder, 'chromium'),
    args: quietArguments,
    chromiumSandbox: false,
    env: {
      ...definedEnvironment(),
      // The package's own NSS and expat, for machines that have none.
      LD_LIBRARY_PATH: [path.join(folder, 'al2023', 'lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      // A machine without fonts gets the package's; others keep theirs, which know more scripts.
      ...(existsSync('/etc/fonts/fonts.conf') ? {} : { FONTCONFIG_FILE: path.join(folder, fontConfiguration) }),
    },
  })
}

const fontConfiguration = 'ostiary-fonts.conf'

// No requests of the browser's own: what a test sees on the network is the page's.
const quietArguments = [
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
  '--disable-gpu',
]

function definedEnvironment(): Record<string, string> {
  const defined = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(defined)
}

/**
 * The folder with the unpacked browser, unpacked once per version of the package. Two test files may come here at the same time:
 * each unpacks into a folder of its own and moves it in place whole, so that nobody ever sees half a browser.
 */
async function unpackedChromium(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'The browser for tests runs on Linux on x64. Set OSTIARY_TEST_CHROMIUM to the path of a Chromium or Chrome.',
    )
  }
  const packageFolder = path.join(path.dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version } = JSON.parse(readFileSync(path.join(packageFolder, 'package.json'), 'utf8'))
  const cache = path.join(packageFolder, '..', '..', '.cache', 'ostiary')
  const folder = path.join(cache, `chromium-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const staging = mkdtempSync(path.join(cache, 'unpacking-'))
  await unpack(path.join(packageFolder, 'bin'), staging)
  // The package's own configuration names fixed folders that other programs use too.
  const fonts = `<dir>${path.join(folder, 'fonts')}</dir><cachedir>${path.join(folder, 'font-cache')}</cachedir>`
  writeFileSync(path.join(staging, fontConfiguration), `<fontconfig>${fonts}</fontconfig>`)
  try {
    renameSync(staging, folder)
  } catch (error) {
    // Somebody else was faster; theirs is the same.
    rmSync(staging, { recursive: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}

// The package unpacks into the folder for temporary files, wherever that is: a process of its own can be told where.
async function unpack(archives: string, into: string): Promise<void> {
  const program = `
    import { inflate } from '@sparticuz/chromium'
    for (const archive of ['al2023.tar.br', 'fonts.tar.br', 'swiftshader.tar.br', 'chromium.br'])
      await inflate(${JSON.stringify(archives)} + '/' + archive)`
  await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: into },
  })
}
