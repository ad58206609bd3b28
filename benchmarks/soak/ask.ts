import { type Answer, type Exchange, keepConnections, send } from '../measuring/send-requests.ts'

/** What was asked of the server: how long each kind of answer took, and which were not what they must be. */
export class Asker {
  readonly #agent = keepConnections(64)
  readonly #url: string
  readonly failures: string[] = []
  requests = 0
  /** Milliseconds of each answer since they were last taken. */
  #latencies: number[] = []

  constructor(url: string) {
    this.#url = url
  }

  /** Sends a request and gives its answer. An answer of another status is a failure, and thrown. */
  async ask(exchange: Omit<Exchange, 'url'> & { readonly path: string }, ...statuses: number[]): Promise<Answer> {
    const { path, ...rest } = exchange
    const answer = await send({ ...rest, url: this.#url + path }, this.#agent)
    this.requests += 1
    this.#latencies.push(answer.milliseconds)
    if (statuses.includes(answer.status)) return answer
    throw new Error(`${exchange.method} ${path.split('?', 1)[0]}: ${answer.status} ${answer.text.slice(0, 200)}`)
  }

  async getJson<Body>(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Body> {
    return JSON.parse((await this.ask({ path, method: 'GET', headers }, 200)).text) as Body
  }

  async postForm(
    path: string,
    form: Readonly<Record<string, string>>,
    ...statuses: number[]
  ): Promise<Readonly<Record<string, string>>> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const body = new URLSearchParams(form).toString()
    const answer = await this.ask({ path, method: 'POST', headers, body }, ...(statuses.length > 0 ? statuses : [200]))
    return answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, string>)
  }

  takeLatencies(): readonly number[] {
    const taken = this.#latencies
    this.#latencies = []
    return taken
  }

  close(): void {
    this.#agent.destroy()
  }
}
