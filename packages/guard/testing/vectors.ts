import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The folder of shared test vectors beside the repository. */
const vectorsFolder = join(import.meta.dirname, '../../../../shared/vectors')

/** Whether the vectors are there: where they aren't, their tests are skipped, visibly. */
export const hasVectors: boolean = existsSync(vectorsFolder)

/** Reads one file of vectors. */
export function readVectors<File>(path: string): File {
  return JSON.parse(readFileSync(join(vectorsFolder, path), 'utf8')) as File
}
