import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where a balancer listens, whom it leads to, and the folder that is its own, with `certificate.pem` and `key.pem` for localhost, and `both.pem`. */
export interface BalancerPlace {
  readonly folder: string
  readonly httpPort: number
  readonly httpsPort: number
  readonly instancePorts: readonly number[]
}

export interface Balancer {
  readonly name: string
  /** Absent where it is not installed. */
  readonly program: string | undefined
  /** Whether it asks instances for their readiness. */
  readonly asksReadiness: boolean
  /** Which methods it sends to another instance when one can't be connected. */
  readonly sendsOn: readonly ('GET' | 'POST')[]
  /** The file of ours with the lines of the guide; only names, addresses and files are replaced. */
  readonly configure: (place: BalancerPlace) => string
  readonly arguments: (configFile: string, place: BalancerPlace) => string[]
}

/** The balancers that the guide has lines for. */
export const balancers: readonly Balancer[] = [
  {
    name: 'nginx',
    program: findProgram('nginx'),
    asksReadiness: false,
    sendsOn: ['GET', 'POST'],
    configure: configureNginx,
    arguments: (file, { folder }) => ['-c', file, '-p', folder, '-e', path.join(folder, 'errors')],
  },
  {
    name: 'Caddy',
    program: findProgram('caddy'),
    asksReadiness: true,
    // Before 2.11.2 a POST has lost its body by then: https://github.com/caddyserver/caddy/issues/7546
    sendsOn: ['GET'],
    configure: configureCaddy,
    arguments: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
  },
  {
    name: 'HAProxy',
    program: findProgram('haproxy'),
    asksReadiness: true,
    sendsOn: ['GET', 'POST'],
    configure: configureHaproxy,
    arguments: (file) => ['-db', '-f', file],
  },
]

function configureNginx({ folder, httpPort, httpsPort, instancePorts }: BalancerPlace): string {
  const site = deployed('nginx/ostiary.conf')
    .replace(/^upstream ostiary \{\n(.*\n)*?\}\n/m, linesOfGuide('nginx', instancePorts))
    .replaceAll(/^ +listen \[::\].*\n/gm, '')
    .replace('listen 80;', `listen 127.0.0.1:${httpPort};`)
    .replace('listen 443 ', `listen 127.0.0.1:${httpsPort} `)
    .replaceAll('login.example.com', 'localhost')
    .replace('/etc/ssl/localhost/fullchain.pem', `${folder}/certificate.pem`)
    .replace('/etc/ssl/localhost/privkey.pem', `${folder}/key.pem`)
    .replaceAll('/var/log/nginx/', `${folder}/`)
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join(' ')
  const main = `daemon off; worker_processes 1; pid ${folder}/pid;\nevents { worker_connections 256; }`
  return `${main}\nhttp {\n${temporary}\n${site}}\n`
}

function configureCaddy({ folder, httpPort, httpsPort, instancePorts }: BalancerPlace): string {
  return deployed('caddy/Caddyfile')
    .replaceAll(/^\t+reverse_proxy .*\n/gm, linesOfGuide('Caddy', instancePorts))
    .replace(/^\{\n/m, `{\n\tadmin off\n\thttp_port ${httpPort}\n\thttps_port ${httpsPort}\n`)
    .replace(/^login\.example\.com \{\n/m, `localhost {\n\ttls ${folder}/certificate.pem ${folder}/key.pem\n`)
}

function configureHaproxy({ folder, httpPort, httpsPort, instancePorts }: BalancerPlace): string {
  return deployed('haproxy/haproxy.cfg')
    .replace(/^ {2}server one .*\n/m, linesOfGuide('HAProxy', instancePorts))
    .replaceAll(/^ {2}(user|group|log \/dev\/log) .*\n/gm, '')
    .replace('bind :80', `bind 127.0.0.1:${httpPort}`)
    .replace(
      'bind :443 ssl crt /etc/haproxy/login.example.com.pem',
      `bind 127.0.0.1:${httpsPort} ssl crt ${folder}/both.pem`,
    )
}

/** What the guide prints for a balancer, for instances at these ports. */
function linesOfGuide(name: string, instancePorts: readonly number[]): string {
  const guide = read('docs/guide/many-instances.md')
  const section = guide.slice(guide.indexOf(`\n${name}, `))
  const printed = /```[a-z]*\n(.*?)```\n/s.exec(section)?.[1] ?? ''
  return instancePorts.reduce(
    (lines, port, index) => lines.replace(`10.0.0.1${index + 1}:4000`, `127.0.0.1:${port}`),
    printed,
  )
}

function deployed(file: string): string {
  return read(`packages/server/deploy/${file}`)
}

function read(file: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${file}`, import.meta.url)), 'utf8')
}

function findProgram(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `PATH=$PATH:/usr/sbin command -v ${name}`])
      .toString()
      .trim()
  } catch {
    return undefined
  }
}
