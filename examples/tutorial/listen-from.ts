import type { AddressInfo } from 'node:net'
import type { Express } from 'express'

/** Listens on the first free port from this one on, and answers with the app's URL. */
export function listenFrom(app: Express, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, '127.0.0.1', (error?: Error & { code?: string }) => {
      if (!error) return resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      if (error.code !== 'EADDRINUSE' || port >= 65535) return reject(error)
      console.log(`  Port ${port} is in use; trying ${port + 1}.`)
      return resolve(listenFrom(app, port + 1))
    })
  })
}
