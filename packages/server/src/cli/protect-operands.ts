/**
 * Puts ids that begin with a hyphen behind `--`, where they are no options: one id in 64 is such a base64url text, and whoever pastes it
 * must not be told of an unknown option. No id is spelt like an option of ours, in words of small letters. For the same reason an id or a token right after `--wait` is not
 * taken for its time.
 */
export function protectOperands(argv: readonly string[]): string[] {
  if (argv.includes('--')) return [...argv]
  const explicit = argv.flatMap((text, index) =>
    text === '--wait' && isIdOrToken(argv[index + 1] ?? '') ? [text, DEFAULT_WAIT] : [text],
  )
  const isOperand = (text: string, index: number): boolean =>
    /^-[\w-]{21,}$/.test(text) && !isOption(text) && !explicit[index - 1]?.startsWith('-')
  const operands = explicit.filter(isOperand)
  if (operands.length === 0) return explicit
  return [...explicit.filter((text, index) => !isOperand(text, index)), '--', ...operands]
}

/** What `--wait` means without a time. */
export const DEFAULT_WAIT = '2s'

function isIdOrToken(text: string): boolean {
  return /^[\w.-]{22,}$/.test(text) && !isOption(text)
}

function isOption(text: string): boolean {
  return /^--[a-z]+(-[a-z]+)*$/.test(text)
}
