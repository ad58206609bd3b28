// Every link of a document to a file of this repository, or to a heading of one, leads somewhere; every decision has a number of its own.
import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Written by `npm run screenshots`, which a checkout need not have run. */
const WRITTEN_LATER = /^docs\/screenshots\//

const root = path.join(import.meta.dirname, '..')
const notOurs = new Set(['node_modules', 'dist', 'data'])
const documents = globSync('**/*.md', { cwd: root, exclude: (file) => notOurs.has(path.basename(file)) }).sort()
const links = documents.flatMap((document) => readLinks(document).map((target) => ({ document, target })))
const findings = [...links.flatMap(judgeLink), ...judgeDecisions()]
console.log(
  [...findings, `${links.length} links in ${documents.length} documents, ${findings.length} wrong`].join('\n'),
)
process.exitCode = findings.length === 0 && documents.length > 0 ? 0 : 1

function readLinks(document: string): string[] {
  const withoutCode = readText(document).replaceAll(/^```.*?^```/gms, '')
  const targets = [...withoutCode.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target)
  return targets.filter((target) => !/^[a-z]+:/.test(target))
}

function judgeLink({ document, target }: { document: string; target: string }): string[] {
  const [file = '', heading] = target.split('#')
  const place = file === '' ? document : path.join(path.dirname(document), file)
  if (WRITTEN_LATER.test(place)) return []
  if (!existsSync(path.join(root, place))) return [`${document}: ${target} leads nowhere.`]
  if (heading === undefined || !place.endsWith('.md')) return []
  return readAnchors(place).includes(heading) ? [] : [`${document}: ${place} has no heading for #${heading}.`]
}

/** As GitHub makes them of headings. */
function readAnchors(document: string): string[] {
  return [...readText(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-'),
  )
}

/** Named and titled by one number, which no other has. */
function judgeDecisions(): string[] {
  const decisions = documents.filter((file) => /^docs\/decisions\/\d/.test(file))
  const numbers = decisions.map((file) => Number.parseInt(path.basename(file), 10))
  return decisions.flatMap((file, index) => {
    const number = numbers[index] ?? 0
    const isTitled = readText(file).startsWith(`# ${number}. `)
    const isOnlyOne = numbers.indexOf(number) === index
    return isTitled && isOnlyOne ? [] : [`${file}: "# ${number}. …" should be its title, and its number no other’s.`]
  })
}

function readText(file: string): string {
  return readFileSync(path.join(root, file), 'utf8')
}
