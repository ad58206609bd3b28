import { buildProgram } from './program.ts'
import { protectOperands } from './protect-operands.ts'

/** Reads the arguments and runs the command that they name. */
export async function runCommandLine(): Promise<void> {
  await buildProgram().parseAsync(protectOperands(process.argv))
}
