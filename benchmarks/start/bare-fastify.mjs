// The least server there is on Fastify: it listens, and ends. JavaScript, so that no types are stripped.
import fastify from 'fastify'

const app = fastify()
app.get('/', async () => ({ ok: true }))
await app.listen({ host: '127.0.0.1', port: 0 })
process.exit()
