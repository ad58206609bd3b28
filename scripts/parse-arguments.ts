import { type ParseArgsConfig, parseArgs } from 'node:util'

/** What a command of this repository was given; each has `help` besides its own options. */
type Parsed<T extends ParseArgsConfig> = ReturnType<typeof parseArgs<T>>

/**
 * Reads the options of `npm run <name>`. With `--help` it prints the usage and ends; what the command doesn't know is said in a sentence, above the usage, and ends it
 * with exit code 2.
 */
export function parseArguments<T extends ParseArgsConfig>(usage: string, config: T): Parsed<T> {
  const { args = process.argv.slice(2) } = config
  if (args.includes('--help') || args.includes('-h')) {
    console.log(usage)
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    failUsage(`${error.message.replace(/\. To specify .*$/s, '')}.`, usage)
  }
}

/** Says what is wrong with the options, and how they are, and ends the process. */
export function failUsage(sentence: string, usage: string): never {
  console.error(`${sentence}\n\n${usage}`)
  process.exit(2)
}
