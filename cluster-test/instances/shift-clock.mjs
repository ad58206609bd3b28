// Loaded before anything else of a process: its wall clock is as far off as the file says that OSTIARY_TEST_CLOCK names, read again
// at SIGUSR2. The monotonic clock goes on as it is.
import { readFileSync } from 'node:fs'

const file = process.env.OSTIARY_TEST_CLOCK
const RealDate = globalThis.Date
let shiftMilliseconds = 0

class ShiftedDate extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(ShiftedDate.now())
    else super(...given)
  }

  static now() {
    return RealDate.now() + shiftMilliseconds
  }
}

function read() {
  shiftMilliseconds = Number(readFileSync(file, 'utf8'))
}

if (file !== undefined) {
  globalThis.Date = ShiftedDate
  read()
  process.on('SIGUSR2', read)
}
