// The command line starts from one file: loading a thousand small ones takes longer than everything else at its start.
// What holds native code, or is loaded for one command only, stays a package of its own.
import { chmodSync, globSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const server = fileURLToPath(new URL('../packages/server/', import.meta.url))

for (const chunk of globSync('dist/cli/chunk-*.js', { cwd: server })) rmSync(path.join(server, chunk))

await build({
  absWorkingDir: server,
  entryPoints: ['src/cli/program.ts'],
  outdir: 'dist/cli',
  // Takes the place of the compiler's own output of that file.
  allowOverwrite: true,
  bundle: true,
  // What is imported dynamically, such as PostgreSQL's driver, becomes a file that is loaded when it is needed.
  splitting: true,
  chunkNames: 'chunk-[hash]',
  platform: 'node',
  target: 'node24',
  format: 'esm',
  external: ['@clack/prompts', '@node-rs/argon2', '@zxcvbn-ts/language-common', 'pg-native'],
  // Packages in CommonJS ask for Node's modules by `require`.
  banner: { js: "import { createRequire } from 'node:module'\nconst require = createRequire(import.meta.url)" },
  logLevel: 'warning',
})

// npm links `ostiary` to this file when it installs, which is before it is built.
chmodSync(path.join(server, 'dist/cli/bin.js'), 0o755)
