/**
 * Puts ids that begin with a hyphen behind `--`, where they are no options: one id in 64 is such a base64url text, and whoever pastes it
 * must not be told of an unknown option. No option of ours is that long.
 */
export function protectOperands(argv: readonly string[]): string[] {
  const isOperand = (text: string, index: number): boolean =>
    /^-[\w-]{21,}$/.test(text) && !argv[index - 1]?.startsWith('-')
  const operands = argv.filter(isOperand)
  if (operands.length === 0 || argv.includes('--')) return [...argv]
  return [...argv.filter((text, index) => !isOperand(text, index)), '--', ...operands]
}
