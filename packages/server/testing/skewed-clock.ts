import { fileURLToPath } from 'node:url'

/*
 * Loaded into a process before everything else, it moves the clock of its machine: whatever asks for the time of day there gets another one. Monotonic time
 * goes on as it does.
 */

const AHEAD = 'SKEWED_CLOCK_AHEAD_MS'

/** What a process's environment needs for its clock to be ahead by so much. */
export function skewClock(aheadMilliseconds: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--import ${fileURLToPath(import.meta.url)}`,
    [AHEAD]: String(aheadMilliseconds),
  }
}

const ahead = Number(process.env[AHEAD])
if (ahead) {
  const SystemDate = Date
  const now = () => SystemDate.now() + ahead
  globalThis.Date = new Proxy(SystemDate, {
    construct: (target, args, type) => Reflect.construct(target, args.length === 0 ? [now()] : args, type),
    apply: () => new SystemDate(now()).toString(),
    get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
  })
}
