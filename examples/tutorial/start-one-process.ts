import { listenFrom } from './listen-from.ts'
import { createOneProcessTutorial } from './one-process.ts'

const { TUTORIAL_SECRET: secret, TUTORIAL_PASSWORD: password } = process.env
if (!secret || !password) {
  console.error(
    'Set TUTORIAL_SECRET to what `npx ostiary secret` prints, and TUTORIAL_PASSWORD to a password for the user "ada".',
  )
  process.exit(1)
}
const url = await listenFrom(createOneProcessTutorial({ secret, username: 'ada', password }), 5000)
console.log(`  Tutorial app  ${url}   (user name ada)`)
