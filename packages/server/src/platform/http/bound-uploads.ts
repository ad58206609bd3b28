import type { HttpServer } from './create-http-server.ts'
import { onceClosed } from './once-closed.ts'

/** Bodies that fit into the first packets are there as soon as their request. */
const SMALL_BYTES = 4096
/** For a body without a length: the most that is taken. */
const UNKNOWN_BYTES = 64 * 1024
/** Of all bodies that are larger and on their way. */
const MOST_BYTES = 32 * 1024 * 1024

/**
 * Bounds the memory that bodies take which come slowly. When those under way may become more than there is room for, the one that began first is cut off: whoever
 * sends at a usual pace is done long before.
 */
export function boundUploads(server: HttpServer, mostBytes: number = MOST_BYTES): void {
  const underWay = new Map<object, { readonly bytes: number; cutOff(): void }>()
  let bytesUnderWay = 0
  const end = (id: object) => {
    bytesUnderWay -= underWay.get(id)?.bytes ?? 0
    underWay.delete(id)
  }
  server.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': coding } = request.headers
    const bytes = coding === undefined ? Number(length ?? 0) : UNKNOWN_BYTES
    if (!(bytes > SMALL_BYTES)) return done(null, payload)
    const socket = request.raw.socket
    underWay.set(request.raw, { bytes: Math.min(bytes, UNKNOWN_BYTES), cutOff: () => socket.destroy() })
    bytesUnderWay += Math.min(bytes, UNKNOWN_BYTES)
    onceClosed(reply, () => end(request.raw))
    while (bytesUnderWay > mostBytes) {
      const [first] = underWay
      if (first === undefined) break
      end(first[0])
      first[1].cutOff()
    }
    done(null, payload)
  })
  server.addHook('preValidation', (request, _, done) => {
    if (underWay.has(request.raw)) end(request.raw)
    done()
  })
}
