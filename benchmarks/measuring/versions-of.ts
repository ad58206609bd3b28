import { readFileSync } from 'node:fs'
import { findPackageJSON } from 'node:module'

/** Which versions were measured, as a sentence. */
export function versionsOf(packages: readonly string[]): string {
  const versions = packages.map((name) => `${name} ${readManifest(name).version}`)
  return `Versions: ${versions.join(', ')}.`
}

export interface PackageManifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** The manifest of a package that the benchmarks have installed, and where it stands. */
export function readManifest(
  name: string,
  from: string | URL = import.meta.url,
): PackageManifest & { readonly file: string } {
  const file = findPackageJSON(name, from)
  if (file === undefined) throw new Error(`the package ${name} is not installed`)
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as PackageManifest), file }
}
