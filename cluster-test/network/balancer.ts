import { get } from 'node:http'
import { Link } from './link.ts'

const checkEveryMilliseconds = 500
const checkLimitMilliseconds = 1500

/**
 * Spreads connections over instances, one after the other and with no memory of who came before. Asks each instance `/readyz` twice a
 * second and passes by those that are not ready, unless none is: as balancers do.
 */
export class Balancer implements AsyncDisposable {
  readonly #listPorts: () => readonly number[]
  readonly #unready = new Set<number>()
  readonly #timer: NodeJS.Timeout
  #turn = 0

  /** `listPorts` names the instances that there are. */
  constructor(listPorts: () => readonly number[]) {
    this.#listPorts = listPorts
    this.#timer = setInterval(() => this.#check(), checkEveryMilliseconds)
  }

  /** The port of the instance that the next connection goes to. */
  next(): number | undefined {
    const all = this.#listPorts()
    const ready = all.filter((port) => !this.#unready.has(port))
    const from = ready.length === 0 ? all : ready
    this.#turn += 1
    return from[this.#turn % from.length]
  }

  /** A way in, of which there may be several. */
  open(): Promise<Link> {
    return Link.start(() => this.next())
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
  }

  #check(): void {
    for (const port of this.#listPorts())
      void isReady(port).then((ready) => (ready ? this.#unready.delete(port) : this.#unready.add(port)))
  }
}

function isReady(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { host: '127.0.0.1', port, path: '/readyz', agent: false, timeout: checkLimitMilliseconds }
    const asked = get(options, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
  })
}
