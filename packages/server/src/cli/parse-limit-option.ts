import { CommandError } from './command.ts'

/** How many rows a list shows at most, from 1 to 99999. @throws CommandError `invalid_option` */
export function parseLimitOption(limit: string): number {
  if (/^[1-9]\d{0,4}$/.test(limit)) return Number(limit)
  throw new CommandError('invalid_option', 'The limit is a number from 1 to 99999.', 2)
}
