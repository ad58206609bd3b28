import { compareCosts, type PeerFigure } from '../document/peer-figure.ts'
import { type Findings, keepResult, type Table } from '../document/result.ts'
import { readMemory } from '../measuring/describe-machine.ts'
import { median } from '../measuring/median.ts'
import { versionsOf } from '../measuring/versions-of.ts'
import { betterAuth, oidcProvider, onSqlite, type ServerContender } from './contenders.ts'
import { type InstallSize, measureInstall } from './measure-install.ts'
import { postForms } from './post-forms.ts'

/** Megabytes (10^6 bytes) that a server's process holds, a value for each round. */
interface Memory {
  readonly idle: number[]
  readonly loaded: number[]
}

const servers = [
  { contender: onSqlite, packages: 'ostiary' },
  { contender: oidcProvider, packages: 'oidc-provider' },
  { contender: betterAuth, packages: 'better-auth' },
] as const

const guards = ['@ostiary/guard', 'express-jwt', 'express-oauth2-jwt-bearer', '@fastify/jwt', 'fast-jwt'] as const

const CONNECTIONS = 32

const notes: readonly string[] = [
  `Memory is \`VmRSS\` of the process: when it is set up for this comparison, which is after a person has signed in where it has people, and after it has issued ES256 tokens by client credentials to ${CONNECTIONS} connections for some seconds. oidc-provider has everything in memory, ours and better-auth’s database is a file.`,
  'On a disk: the package and all that it depends on, each once, as npm installs it on this machine. better-auth is counted without its OAuth provider, which is a package of its own. Ours has the console, the pages, two databases, mail and webhooks in it.',
  versionsOf(['oidc-provider', 'better-auth', ...guards.slice(1)]),
]

await keepResult('peers', async (isQuick): Promise<Findings> => {
  const size = isQuick ? { rounds: 1, milliseconds: 500 } : { rounds: 3, milliseconds: 5_000 }
  const memories = servers.map((): Memory => ({ idle: [], loaded: [] }))
  for (let round = 0; round < size.rounds; round += 1) {
    console.log(`peers: round ${round + 1} of ${size.rounds}…`)
    for (const [index, { contender }] of servers.entries())
      await measureMemory(contender, size.milliseconds, memories[index] as Memory)
  }
  const ofServers = servers.map(({ packages }) => measureInstall(packages))
  const ofGuards = guards.map((name) => measureInstall(name))
  return {
    title: 'What servers and guards take',
    marks: [],
    peers: [...besideServers(memories, ofServers), ...besideGuards(ofGuards)],
    tables: [tabulateServers(memories, ofServers), tabulateGuards(ofGuards)],
    notes,
    figures: { memories, ofServers, ofGuards },
  }
})

async function measureMemory(contender: ServerContender, milliseconds: number, memory: Memory): Promise<void> {
  const server = await contender.start()
  try {
    const { url, forms } = await server.makeForms({ kind: 'client_credentials', count: CONNECTIONS })
    memory.idle.push(readMemory(server.pid).residentMegabytes)
    await postForms(
      new URL(url),
      forms.map((form) => () => form),
      milliseconds,
    )
    memory.loaded.push(readMemory(server.pid).residentMegabytes)
  } finally {
    await server.stop()
  }
}

function besideServers([own, ...theirs]: readonly Memory[], [ownSize, ...sizes]: readonly InstallSize[]): PeerFigure[] {
  return servers
    .slice(1)
    .flatMap(({ contender: { name: peer } }, index) => [
      compareCosts({ what: 'memory, idle', peer }, own?.idle ?? [], theirs[index]?.idle ?? [], printMegabytes),
      compareCosts(
        { what: 'memory, under load', peer },
        own?.loaded ?? [],
        theirs[index]?.loaded ?? [],
        printMegabytes,
      ),
      besideInstall('server', peer, ownSize, sizes[index]),
    ])
}

function besideGuards([own, ...sizes]: readonly InstallSize[]): PeerFigure[] {
  return guards.slice(1).map((peer, index) => besideInstall('guard', peer, own, sizes[index]))
}

function besideInstall(kind: string, peer: string, own?: InstallSize, theirs?: InstallSize): PeerFigure {
  const names = { what: `${kind}, on a disk`, peer }
  return compareCosts(names, [(own?.bytes ?? 0) / 1e6], [(theirs?.bytes ?? 0) / 1e6], printMegabytes)
}

function tabulateServers(memories: readonly Memory[], sizes: readonly InstallSize[]): Table {
  return {
    caption: 'Servers',
    columns: ['', 'memory, idle', 'memory, under load', 'on a disk', 'packages'],
    rows: servers.map(({ contender }, index) => [
      contender.name,
      printMegabytes(median(memories[index]?.idle ?? [])),
      printMegabytes(median(memories[index]?.loaded ?? [])),
      ...printInstall(sizes[index]),
    ]),
  }
}

function tabulateGuards(sizes: readonly InstallSize[]): Table {
  const rows = guards.map((name, index) => [name, ...printInstall(sizes[index])])
  return { caption: 'Guards', columns: ['', 'on a disk', 'packages'], rows }
}

function printInstall(size: InstallSize | undefined): [string, string] {
  return [printMegabytes((size?.bytes ?? 0) / 1e6), String(size?.packages ?? 0)]
}

function printMegabytes(megabytes: number): string {
  return `${megabytes.toFixed(megabytes < 10 ? 2 : 0)} MB`
}
