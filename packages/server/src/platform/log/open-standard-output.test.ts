import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const FULL = '/dev/full'

/** Logs a line every few milliseconds until its standard input ends, and tells by its standard error that it goes on. */
function program(sync: boolean): string {
  const at = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  return `
    const { createLog } = await import(${JSON.stringify(at('./create-log.ts'))})
    const { openStandardOutput } = await import(${JSON.stringify(at('./open-standard-output.ts'))})
    const log = createLog('info', openStandardOutput({ sync: ${sync} }))
    let lines = 0
    const logging = setInterval(() => { log.info('line'); if (++lines === 20) console.error('goes on') }, 5)
    process.stdin.on('end', () => clearInterval(logging)).resume()`
}

test.skipIf(!existsSync(FULL)).each([false, true])(
  'a log on a full disk neither ends the process nor keeps it from ending; written synchronously: %s',
  async (sync) => {
    const full = openSync(FULL, 'w')
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program(sync)], {
      stdio: ['pipe', full, 'pipe'],
    })
    closeSync(full)
    const ended = once(child, 'exit')
    try {
      const [told] = await Promise.race([once(child.stderr as NodeJS.ReadableStream, 'data'), ended])
      expect(String(told)).toBe('goes on\n')
      child.stdin?.end()
      expect(await ended).toEqual([0, null])
    } finally {
      child.kill('SIGKILL')
    }
  },
)
