import { listenFrom } from './listen-from.ts'
import { createTutorial } from './tutorial.ts'

const issuer = process.env.OSTIARY_ISSUER ?? 'http://127.0.0.1:4000'
const url = await listenFrom(createTutorial({ issuer, audience: 'https://tutorial.example' }), 5000)

console.log(`  Tutorial app  ${url}

  Call its guarded route with the token:

curl -s ${url}/auth -H "Authorization: Bearer $TOKEN"
`)
