import { buildProgram } from '../../packages/server/src/cli/program.ts'

type Command = ReturnType<typeof buildProgram>
type Argument = Command['registeredArguments'][number]
type Option = Command['options'][number]

/** The command line, from the very program that runs. */
export function renderCliReference(): string {
  const program = buildProgram()
  return `# Command line

${program.description()} \`ostiary <command> --help\` says the same as this page.

In a checkout, after \`npm start\` or \`npm run build\`: \`npx ostiary <command>\`, on the Node that it installed; or \`node packages/server/dist/bundle/bin.js <command>\` on Node 24.7 and later.
Commands read the same [settings](settings.md) as the server and act on the same database; a running server sees the change
within a second.

| command | what it does |
|---|---|
${listCommands(program).map(renderRow).join('\n')}

Every command takes \`--json\` (one JSON object on standard output instead of text) and \`--help\`.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | not done; one sentence on standard error says why and what to do |
| 2 | wrong usage: an option is missing, unknown or malformed |

With \`--json\` a failure is \`{"error": {"code": "…", "message": "…"}}\` on standard error; the codes are in [errors.md](errors.md).

${listCommands(program).map(renderCommand).join('\n\n')}
`
}

/** The families of commands as one table, for the README. */
export function renderCommandTable(): string {
  const rows = buildProgram().commands.map(renderFamily)
  return ['| command | | what for |', '|---|---|---|', ...rows].join('\n')
}

function renderFamily(family: Command): string {
  const members = family.commands.length === 0 ? [] : listCommands(family).map(({ name }) => name.replace(/^\S+ /, ''))
  const [sentence] = family.description().split(/(?<=[.:])(?: |$)/)
  return `| \`ostiary ${family.name()}\` | ${members.join(', ')} | ${sentence?.replace(/:$/, '.')} |`
}

interface NamedCommand {
  readonly name: string
  readonly command: Command
}

/** Those that do something; `account` alone only groups. */
function listCommands(command: Command, path: readonly string[] = []): NamedCommand[] {
  const own = [...path, command.name()]
  if (command.commands.length > 0) return command.commands.flatMap((child) => listCommands(child, own))
  return [{ name: own.join(' '), command }]
}

function renderRow({ name, command }: NamedCommand): string {
  return `| \`${name}\` | ${command.description()} |`
}

function renderCommand({ name, command }: NamedCommand): string {
  const parameters = [
    ...command.registeredArguments.map(renderArgument),
    ...command.options.filter((option) => option.long !== '--json').map(renderOption),
  ]
  const table = parameters.length === 0 ? [] : ['| parameter | meaning |', '|---|---|', ...parameters, '']
  return [`## ${name}`, '', command.description(), '', ...table, '```sh', readExample(command), '```'].join('\n')
}

function renderArgument(argument: Argument): string {
  return `| \`<${argument.name()}>\` | ${argument.description}; required |`
}

function renderOption(option: Option): string {
  const facts = [
    option.description,
    ...(option.argChoices ? [`one of ${option.argChoices.map((choice) => `\`${choice}\``).join(', ')}`] : []),
    ...(option.defaultValue === undefined ? [] : [`default \`${option.defaultValue}\``]),
    ...(option.mandatory && option.defaultValue === undefined ? ['required'] : []),
  ]
  return `| \`${option.flags}\` | ${facts.join('; ')} |`.replaceAll('|`', '\\|`')
}

/** The example that `--help` ends with. */
function readExample(command: Command): string {
  let help = ''
  command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
  const [, example] = /\nExample:\n((?: {2}.*\n)+)/.exec(help) ?? []
  if (!example) throw new Error(`the help of ${command.name()} has no example`)
  return example.replaceAll(/^ {2}/gm, '').trimEnd()
}
