// The lock file names versions and hashes, never a host: everybody installs from the registry that they trust.
import { readFileSync } from 'node:fs'
import path from 'node:path'

interface LockedPackage {
  readonly resolved?: string
  readonly link?: boolean
  readonly version?: string
  readonly integrity?: string
  readonly inBundle?: boolean
}

const root = path.join(import.meta.dirname, '..')
const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, LockedPackage>
}

const installed = Object.entries(lock.packages).filter(([folder]) => folder.includes('node_modules/'))
const findings = installed.flatMap(([folder, { link, resolved, integrity, inBundle }]) => {
  // A workspace is a link, and its folder is all that it resolves to.
  if (link) return resolved?.includes('://') ? [`${folder} is linked to ${resolved}`] : []
  if (resolved !== undefined)
    return [`${folder} names where it came from; .npmrc has omit-lockfile-registry-resolved=true`]
  return integrity === undefined && !inBundle ? [`${folder} has no integrity hash`] : []
})

console.log([...findings, `${installed.length} packages, ${findings.length} wrong`].join('\n'))
process.exitCode = findings.length === 0 ? 0 : 1
