import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addAccount, addApi, logIn, startTestServer, type TestServer } from './test-server.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8')
const deployed = (file: string): string => read(`packages/server/deploy/${file}`)

interface Panel {
  readonly title: string
  readonly type: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets?: readonly { readonly expr: string }[]
}
const dashboard: { readonly panels: readonly Panel[] } = JSON.parse(deployed('grafana/ostiary.json'))
const queries = dashboard.panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })))

interface Alert {
  readonly title: string
  readonly expr: string
  readonly guide: string
}
/** Each alert's lines: a name, an expression on its line or folded below it, and where to read on. */
const alerts: readonly Alert[] = deployed('prometheus/alerts.yml')
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text) => ({
    title: text.slice(0, text.indexOf('\n')),
    expr: /^ {8}expr: (?:>-\n((?: {10}.*\n)+)|(.*)$)/m.exec(text)?.slice(1).join(' ') ?? '',
    guide: /^ {10}guide: (\S+)$/m.exec(text)?.[1] ?? '',
  }))

/** Words of PromQL, and labels behind `by`. */
const notMetrics = new Set(
  'sum max rate increase topk histogram_quantile by or and unless absent vector offset'.split(' '),
)

/** What is asked for: names outside of labels' braces, ranges and `by (…)`. */
function metricsOf(expr: string): string[] {
  const bare = expr.replaceAll(/\{[^}]*\}|\[[^\]]*\]|by \([^)]*\)|offset \w+/g, ' ')
  return [...bare.matchAll(/[a-z_][a-z0-9_]*/gi)].map(([name]) => name).filter((name) => !notMetrics.has(name))
}

function isBalanced(expr: string): boolean {
  const open: string[] = []
  for (const [sign] of expr.replaceAll(/"[^"]*"/g, '').matchAll(/[()[\]{}]/g)) {
    if ('([{'.includes(sign)) open.push(sign)
    else if (`${open.pop()}${sign}`.match(/^(\(\)|\[\]|\{\})$/) === null) return false
  }
  return open.length === 0
}

describe('what watches the server', () => {
  let server: TestServer
  let exported: string
  beforeAll(async () => {
    server = await startTestServer()
    await addAccount(server, 'ada', 'seven purple umbrellas')
    await addApi(server, { audience: 'https://api.example.com' })
    await logIn(server, { username: 'ada', password: 'seven purple umbrellas', audience: 'https://api.example.com' })
    exported = await (await fetch(`${server.issuer}/metrics`)).text()
  })
  afterAll(() => server?.stop())

  it.each([...queries, ...alerts])('$title: every metric in it is exported, and its brackets close', ({ expr }) => {
    const names = metricsOf(expr)
    expect(names.length, expr).toBeGreaterThan(0)
    // Prometheus makes it itself, for each target.
    for (const name of names.filter((one) => one !== 'up')) expect(exported).toMatch(new RegExp(`^${name}[{ ]`, 'm'))
    expect(isBalanced(expr), expr).toBe(true)
  })

  it.each([...queries, ...alerts])('$title: every value of a label that it names exists', ({ expr }) => {
    for (const [, label, pattern = ''] of expr.matchAll(/\b(outcome|state)=~?"([^"]+)"/g))
      for (const value of pattern.split('|')) expect(exported).toContain(`${label}="${value}"`)
  })

  it('the check of brackets can fail', () => {
    expect(['sum(rate(a[5m])', 'a{b="c"]', ')('].map(isBalanced)).toEqual([false, false, false])
  })

  it('panels do not lie upon one another, and fit', () => {
    const taken = new Set<string>()
    for (const { gridPos, title } of dashboard.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`), title).toBe(false)
          taken.add(`${x} ${y}`)
        }
    }
  })

  it.each(alerts)('$title: says where to read on, and that is there', ({ guide }) => {
    const [file = '', anchor = ''] = guide.split('#')
    const headings = [...read(file).matchAll(/^## (.*)$/gm)].map(([, text = '']) =>
      text.toLowerCase().replaceAll(' ', '-'),
    )
    expect(headings).toContain(anchor)
  })
})

describe('the proxies in front', () => {
  const nginx = deployed('nginx/ostiary.conf')
  const caddy = deployed('caddy/Caddyfile')
  const haproxy = deployed('haproxy/haproxy.cfg')

  it('overwrite X-Forwarded-For, and never append to it', () => {
    expect(nginx).toMatch(/proxy_set_header X-Forwarded-For \$remote_addr;/)
    expect(nginx).not.toContain('$proxy_add_x_forwarded_for')
    const passed = caddy.match(/reverse_proxy /g)?.length
    expect(caddy.match(/header_up X-Forwarded-For \{remote_host\}/g)).toHaveLength(passed ?? 0)
    // In mode tcp HAProxy would leave the line out, with a warning.
    expect(haproxy).toMatch(/^defaults\n(?: {2}.*\n)*? {2}mode http$/m)
    expect(haproxy).toMatch(/http-request set-header X-Forwarded-For %\[src\]/)
  })

  it('hold back nothing of the revocation feed', () => {
    const feed = /location \/revocation-feed \{([^}]*)\}/.exec(nginx)?.[1] ?? ''
    expect(feed).toMatch(/proxy_buffering off;/)
    expect(feed).toMatch(/proxy_read_timeout 1h;/)
    expect(caddy).toMatch(/handle \/revocation-feed\* \{\s+reverse_proxy [\d.:]+ \{\s+flush_interval -1/)
  })

  it('keep /metrics inside, queries out of the log, and browsers at https', () => {
    expect(nginx).toMatch(/location = \/metrics \{\s+return 404;/)
    expect(caddy).toMatch(/handle \/metrics \{\s+respond 404/)
    expect(/log_format ostiary '(.*)';/.exec(nginx)?.[1]).not.toMatch(/\$(request|args|request_uri|query_string)\b/)
    expect(caddy).toMatch(/request>uri delete/)
    expect(haproxy).toMatch(/http-request return status 404 if \{ path \/metrics \}/)
    expect(/log-format "(.*)"/.exec(haproxy)?.[1]).not.toMatch(/%(r|HP|HQ|HU)\b/)
    expect(haproxy).not.toMatch(/option httplog/)
    for (const file of [nginx, caddy, haproxy]) expect(file).toMatch(/Strict-Transport-Security "?max-age=31536000/)
  })
})

describe('nginx, which puts an instance out after one failure', () => {
  const nginx = deployed('nginx/ostiary.conf')

  it('does not count as one what a stranger can bring about: 503 in a flood, and a body that the server ends the connection on', () => {
    expect(/proxy_next_upstream (.*);/.exec(nginx)?.[1]).toBe('error timeout')
    expect(nginx).toMatch(/client_max_body_size 64k;/)
    expect(read('packages/server/src/platform/http/create-http-server.ts')).toContain('BODY_LIMIT_BYTES = 64 * 1024')
  })
})

describe('what the guide of overload puts into the file of nginx', () => {
  it('is a place of its own, which leads to the server as the others do', () => {
    const [zones = '', place = ''] = [
      ...read('docs/guide/overload.md').matchAll(/^ {2}```nginx\n(.*?)^ {2}```$/gms),
    ].map(([, lines = '']) => lines)
    const named = [...zones.matchAll(/zone=(\w+):/g)].map(([, zone = '']) => zone)
    expect(named).toHaveLength(2)
    for (const zone of named) expect(place).toContain(zone)
    expect(place).toMatch(/^ *location = \/login \{[^}]*proxy_pass http:\/\/ostiary;\n *\}\n$/)
    expect(deployed('nginx/ostiary.conf')).toContain('proxy_pass http://ostiary;')
  })
})

describe('the service and the container', () => {
  it('run as a user of their own, stop by SIGTERM, and keep data where the settings say', () => {
    const unit = deployed('systemd/ostiary.service')
    for (const line of ['User=ostiary', 'NoNewPrivileges=yes', 'ProtectSystem=strict', 'StateDirectory=ostiary'])
      expect(unit.split('\n')).toContain(line)
    expect(unit).toContain('Environment=OSTIARY_DATA_DIR=/var/lib/ostiary')
    const container = deployed('container/Containerfile')
    expect(container.lastIndexOf('\nUSER node')).toBeLessThan(container.indexOf('\nENTRYPOINT ["ostiary"]'))
    expect(container).toMatch(/OSTIARY_DATA_DIR=\/data/)
    const { version } = JSON.parse(read('packages/server/package.json'))
    expect(container).toContain(`ARG OSTIARY_VERSION=${version}\n`)
  })
})
