// Removes what the compiler once made of a source that is gone: it would be packed, and published, with everything else.
import { existsSync, globSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const packages = fileURLToPath(new URL('../packages/', import.meta.url))
/** Made by other steps, which remove by themselves what is old. */
const madeOtherwise = /^[^/]+\/dist\/(bundle|console)\//

for (const file of globSync('*/dist/**/*.{js,d.ts}', { cwd: packages })) {
  const source = file.replace('/dist/', '/src/').replace(/(\.d\.ts|\.js)$/, '.ts')
  if (!madeOtherwise.test(file) && !existsSync(path.join(packages, source))) rmSync(path.join(packages, file))
}
