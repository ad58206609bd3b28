// `npm start`: installs what is missing, builds, then runs the authorization server and, beside it, the tutorial app.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { binFolder, build, ensureInstalled, projectEnvironment, projectRoot } from './ensure-installed.mjs'

ensureInstalled()
build()

const server = startNode([path.join(projectRoot, 'packages/server/dist/bundle/bin.js'), 'dev'], {}, 'pipe')
const children = [server]
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stopAll)
server.on('exit', (code) => {
  process.exitCode = code ?? 1
  stopAll()
})

// The server's own first lines say where it is, once it listens: no setting is read a second time here.
let printed = ''
server.stdout.on('data', (chunk) => {
  process.stdout.write(chunk)
  if (children.length > 1) return
  printed += chunk
  const issuer = /^ {2}Ostiary +(\S+)$/m.exec(printed)?.[1]
  if (issuer && !isStopping && printed.includes('echo "$TOKEN"\n')) startTutorial(issuer)
})

function startTutorial(issuer) {
  const tutorial = startNode(
    [path.join(projectRoot, 'examples/tutorial/start.ts')],
    { OSTIARY_ISSUER: issuer },
    'inherit',
  )
  children.push(tutorial)
  tutorial.on('exit', (code) => {
    // The app has nothing to finish, so a signal of ours just ends it.
    if (!isStopping) process.exitCode ||= code ?? 1
    stopAll()
  })
}

function startNode(args, environment, stdout) {
  return spawn(path.join(binFolder, 'node'), args, {
    cwd: projectRoot,
    stdio: ['inherit', stdout, 'inherit'],
    // Out of the terminal's group: Ctrl-C would reach them twice, from the terminal and from here.
    detached: true,
    env: { ...projectEnvironment(), ...environment },
  })
}

// Once: the server takes a second signal for impatience, and ends without finishing what it has accepted.
function stopAll() {
  if (isStopping) return
  isStopping = true
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
}
