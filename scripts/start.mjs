// `npm start`: installs what is missing, builds, then runs the authorization server and, beside it, the tutorial app.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { binFolder, build, ensureInstalled, projectEnvironment, projectRoot } from './ensure-installed.mjs'

ensureInstalled()
build()

const host = process.env.OSTIARY_HOST || '127.0.0.1'
const port = process.env.OSTIARY_PORT || '4000'
const issuer = process.env.OSTIARY_ISSUER || `http://${host}:${port}`

const server = startNode([path.join(projectRoot, 'packages/server/dist/bundle/bin.js'), 'dev'])
const children = [server]
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stopAll(signal))
server.on('exit', (code) => {
  process.exitCode = code ?? 1
  stopAll('SIGTERM')
})

if (await isReady()) {
  const tutorial = startNode([path.join(projectRoot, 'examples/tutorial/start.ts')], { OSTIARY_ISSUER: issuer })
  children.push(tutorial)
  tutorial.on('exit', (code) => {
    process.exitCode ||= code ?? 1
    stopAll('SIGTERM')
  })
}

function startNode(args, environment = {}) {
  return spawn(path.join(binFolder, 'node'), args, {
    cwd: projectRoot,
    stdio: 'inherit',
    env: { ...projectEnvironment(), ...environment },
  })
}

function stopAll(signal) {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill(signal)
}

/** Waits until the server answers that it is ready; false when it has ended instead. */
async function isReady() {
  while (server.exitCode === null && server.signalCode === null) {
    const answer = await fetch(`http://${host}:${port}/readyz`).catch(() => undefined)
    if (answer?.ok) return true
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return false
}
