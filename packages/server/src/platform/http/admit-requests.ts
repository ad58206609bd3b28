import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import { type Admission, type Importance, type Leave, TurnedAwayError } from '../admission/admission.ts'
import type { Standings } from '../admission/standings.ts'
import type { Party } from '../fair-line/favouring-line.ts'
import { readableAnywhere } from './allow-any-origin.ts'
import { type RenderProblemPage, sendProblem } from './answer-problems.ts'
import type { HttpServer } from './create-http-server.ts'
import { onceClosed } from './once-closed.ts'
import { Problem } from './problem.ts'

/** How much the requests of a route matter when not all can be answered: known before they are read, or after. */
export type RouteImportance = Importance | ((request: FastifyRequest) => Importance)

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Default: `ordinary`. */
    readonly importance?: RouteImportance
  }
  interface FastifyRequest {
    /** Gives its place to the next one; undefined before it has one. */
    leaveGate: Leave | undefined
  }
}

export interface AdmitOptions {
  readonly admission: Admission
  readonly standings: Standings
  /** Whom a request counts for, such as the network that it comes from. */
  readonly partyOf: (request: FastifyRequest) => string
  /** Whether a password of this party would be hashed, now or soon. */
  readonly hasPlaceForHash: (party: Party) => boolean
  readonly renderProblemPage: RenderProblemPage
}

// One for all of them: refusing has to cost as little as it can. They come before any room has said who may read its answers, and say nothing of anybody: an app
// of another origin shall know that it is to come back, and when, and not take it for a broken connection.
const busy = new Problem({
  status: 503,
  code: 'busy',
  detail: 'Too much is asked of this server at this moment. Try again in a few seconds.',
  headers: { ...readableAnywhere, 'retry-after': String(new TurnedAwayError().retryAfterSeconds) },
})

const failing = new Problem({
  status: 429,
  code: 'too_many_attempts',
  detail: 'Too many requests from your network were refused. Try again in a few seconds.',
  headers: { ...readableAnywhere, 'retry-after': '2' },
})

/**
 * Lets each request in by its importance, once its body is read and before its handler runs. It leaves when its answer is made, also where nobody reads that: or else
 * who reads slowly would keep others out.
 */
export function admitRequests(server: HttpServer, options: AdmitOptions): void {
  server.decorateRequest('leaveGate', undefined)
  refuseUnread(server, options)
  server.addHook('onRoute', (route) => {
    const { importance = 'ordinary' } = route.config ?? {}
    if (importance !== 'vital') route.handler = admitted(route.handler, importance, options)
  })
  server.addHook('onSend', (request, _, payload, done) => {
    request.leaveGate?.()
    done(null, payload)
  })
  server.addHook('onResponse', (request, reply, done) => {
    noteOutcome(request, reply.statusCode, options)
    done()
  })
}

/** What would be refused all the same is refused before it is read: in a flood that is most of it. */
function refuseUnread(server: HttpServer, { standings, partyOf, hasPlaceForHash, renderProblemPage }: AdmitOptions) {
  server.addHook('onRequest', (request, reply, done) => {
    const { importance = 'ordinary' } = request.routeOptions.config ?? {}
    const isHashing = importance === 'hashing'
    // Keys, health and the feed cost less than to ask who comes.
    const mayBeFailing = isHashing || importance === 'ordinary' || typeof importance === 'function'
    if (!isHashing && !(mayBeFailing && standings.areAnyFailing)) return done()
    const name = partyOf(request)
    if (standings.isFailing(name)) return void sendProblem(renderProblemPage, failing, request, reply)
    const party = { name, isFamiliar: standings.isFamiliar(name) }
    if (isHashing && !hasPlaceForHash(party)) return void sendProblem(renderProblemPage, busy, request, reply)
    done()
  })
}

/** Who gets a token, or past a password, has proved who they are. */
function noteOutcome(request: FastifyRequest, status: number, { standings, partyOf }: AdmitOptions): void {
  if (status >= 500 || status === 499) return
  if (status >= 400) {
    standings.noteRefused(partyOf(request))
    return
  }
  const { importance } = request.routeOptions.config ?? {}
  if (request.method === 'POST' && (importance === 'hashing' || typeof importance === 'function'))
    standings.noteRight(partyOf(request))
}

function admitted(
  handler: RouteHandlerMethod,
  importance: RouteImportance,
  { admission, standings, partyOf, renderProblemPage }: AdmitOptions,
): RouteHandlerMethod {
  const findParty = (request: FastifyRequest): Party => {
    const name = partyOf(request)
    return { name, isFamiliar: standings.isFamiliar(name) }
  }
  return function (request, reply) {
    const own = typeof importance === 'function' ? importance(request) : importance
    const work = (leave: Leave) => {
      request.leaveGate = leave
      return workThen(() => handler.call(this, request, reply), leave)
    }
    const refuse = (error: unknown) => {
      if (error instanceof TurnedAwayError) return sendProblem(renderProblemPage, busy, request, reply)
      throw error
    }
    try {
      const asker = { party: () => findParty(request), signal: () => abortedWhenGone(reply) }
      const entered = admission.enter(own, asker)
      return entered instanceof Promise ? entered.then(work, refuse) : work(entered)
    } catch (error) {
      return refuse(error)
    }
  }
}

function workThen(work: () => unknown, leave: Leave): unknown {
  let answer: unknown
  try {
    answer = work()
  } catch (error) {
    leave()
    throw error
  }
  // A reply can be awaited too, but it is no promise: it has been sent, or will leave as it is.
  return answer instanceof Promise ? answer.finally(leave) : answer
}

function abortedWhenGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  onceClosed(reply, () => controller.abort())
  return controller.signal
}
