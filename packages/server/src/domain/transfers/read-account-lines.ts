import type { Clock } from '../../platform/clock/clock.ts'
import type { Piece } from '../../platform/json-stream/read-lines.ts'
import { type ScannedElement, scanElements } from '../../platform/json-stream/scan-elements.ts'
import { parseAccountLine } from './account-line.ts'
import type { Besides } from './besides.ts'
import type { OpenFile } from './check-export.ts'
import type { ForeignFormat, ForeignRow } from './foreign/foreign-format.ts'
import type { ReadLine } from './import-accounts.ts'

const notJson = 'A line must be one JSON object.'
const tooLong = 'This is longer than 16 MiB.'

/** Accounts as JSON lines: what `ostiary export` wrote, of which everything that is no account is passed over, or what somebody made like it. */
export async function* readAccountLines(lines: AsyncIterable<Piece>, clock: Clock): AsyncGenerator<ReadLine> {
  for await (const { number, text } of lines) {
    if (text?.trim() === '') continue
    const line = parseObject(text)
    if (line === undefined) yield { number, sentence: text === undefined ? tooLong : notJson }
    else if (line.type === undefined || line.type === 'account') yield readLine(number, line, clock)
    else if (!['header', 'row', 'end'].some((type) => type === line.type))
      yield { number, sentence: 'The type of a line is account.' }
  }
}

export interface ForeignSource {
  readonly format: ForeignFormat
  readonly open: OpenFile
  /** Further files. */
  readonly others: readonly OpenFile[]
  readonly besides: Besides
  readonly parameters: ForeignRow
  /** The declared ones that are not for organizations. */
  readonly roles: ReadonlySet<string>
  readonly clock: Clock
}

/** So many people are asked for at once what stands beside them. */
const BATCH = 500

/** People of another product, in the order of its export; numbered from 1, whatever else stands in the file. */
export async function* readForeignLines(source: ForeignSource): AsyncGenerator<ReadLine> {
  const { format, open, others } = source
  if (format.isWrapped && format.besides.length > 0) await gatherBesides(source, open, true)
  for (const other of others) await gatherBesides(source, other, false)
  let number = 0
  let batch: { readonly number: number; readonly person: ForeignRow | undefined }[] = []
  for await (const element of scanElements(open(0), format)) {
    if (!format.people.includes(element.array)) continue
    number += 1
    batch.push({ number, person: parseObject(element.text) })
    if (batch.length < BATCH) continue
    yield* readPeople(source, batch)
    batch = []
  }
  yield* readPeople(source, batch)
}

async function gatherBesides(source: ForeignSource, open: OpenFile, isMainFile: boolean): Promise<void> {
  const { format, besides } = source
  for await (const element of scanElements(open(0), format)) {
    if (!isBeside(format, element, isMainFile)) continue
    const owner = format.ownerOf(parseObject(element.text) ?? {})
    if (owner !== undefined && element.text !== undefined) await besides.add(owner, element.text)
  }
}

/** In the main file only what stands in an array of its own: its other elements are the people. */
function isBeside({ besides }: ForeignFormat, { array }: ScannedElement, isMainFile: boolean): boolean {
  return besides.includes(array) && !(isMainFile && array === '')
}

async function* readPeople(
  { format, besides, parameters, roles, clock }: ForeignSource,
  people: readonly { readonly number: number; readonly person: ForeignRow | undefined }[],
): AsyncGenerator<ReadLine> {
  const keys = people.flatMap(({ person }) => (person && format.keyOf(person)) ?? [])
  const found = await besides.find(keys)
  for (const { number, person } of people) {
    if (person === undefined) {
      yield { number, sentence: notJson }
      continue
    }
    const own = found.get(format.keyOf(person)) ?? []
    const read = format.toAccount(person, own, parameters)
    if (!read.ok) {
      yield { number, sentence: read.sentence }
      continue
    }
    const { carried, leftOut } = carryRoles(read.line.roles, roles)
    const line = readLine(number, { ...withoutAbsent(read.line), roles: carried }, clock)
    if ('account' in line)
      yield { number, account: { ...line.account, leftOut: [...read.leftOut, ...leftOut, ...line.account.leftOut] } }
    else yield line
  }
}

/** `admin` and `owner` mean something else here than elsewhere: nobody comes to rule this server by the name of a role. */
const builtIn: ReadonlySet<string> = new Set(['admin', 'owner'])

function carryRoles(
  told: unknown,
  declared: ReadonlySet<string>,
): { readonly carried: readonly string[]; readonly leftOut: readonly string[] } {
  const roles = Array.isArray(told) ? told.map(String) : []
  const isCarried = (role: string) => declared.has(role) && !builtIn.has(role)
  const others = roles.filter((role) => !isCarried(role))
  return { carried: roles.filter(isCarried), leftOut: others.map((role) => `role ${role.slice(0, 60)}`) }
}

function readLine(number: number, line: ForeignRow, clock: Clock): ReadLine {
  const parsed = parseAccountLine(line, clock.now())
  return parsed.ok ? { number, account: parsed.account } : { number, sentence: parsed.sentence }
}

function withoutAbsent(line: ForeignRow): ForeignRow {
  const withProfile = { ...line, ...(line.profile ? { profile: dropAbsent(line.profile as ForeignRow) } : {}) }
  return dropAbsent(withProfile)
}

function dropAbsent(row: ForeignRow): ForeignRow {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined))
}

function parseObject(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '')
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined
  } catch {
    return undefined
  }
}
