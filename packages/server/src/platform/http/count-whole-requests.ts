import type { HttpServer } from './create-http-server.ts'
import { onceClosed } from './once-closed.ts'

/** Gives how many requests have come whole, body and all, and are not answered yet. */
export function countWholeRequests(server: HttpServer): () => number {
  let count = 0
  server.addHook('preValidation', (_, reply, done) => {
    count += 1
    onceClosed(reply, () => {
      count -= 1
    })
    done()
  })
  return () => count
}
