// What stands before a server that speaks plain HTTP, as a reverse proxy does: takes TLS off, and passes on what is inside.
import { connect } from 'node:net'
import { createServer } from 'node:tls'
import type { TlsIdentity } from '../../packages/server/testing/make-certificate.ts'

export interface TlsMessage extends TlsIdentity {
  readonly port: number
  readonly serverPort: number
}

process.on('message', ({ key, certificate, port, serverPort }: TlsMessage) => {
  const proxy = createServer({ key, cert: certificate }, (outside) => {
    const inside = connect(serverPort, '127.0.0.1').setNoDelay()
    outside.setNoDelay()
    outside.pipe(inside).pipe(outside)
    outside.on('error', () => inside.destroy())
    inside.on('error', () => outside.destroy())
  })
  proxy.listen(port, '127.0.0.1', () => process.send?.({ port }))
})
process.on('disconnect', () => process.exit())
