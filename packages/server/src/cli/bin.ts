#!/usr/bin/env node
import './thread-pool.ts'

// Everything else is loaded once it is sure that this Node has what it needs: an older one would end with a stack trace.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major > 24 || (major === 24 && minor >= 7)) {
  const { runCommandLine } = await import('./run.ts')
  await runCommandLine()
} else {
  process.stderr.write(
    `Ostiary needs Node 24.7 or later; this is ${process.versions.node}. In a checkout run it as npx ostiary.\n`,
  )
  process.exitCode = 1
}
