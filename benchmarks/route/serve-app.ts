// One app in a process of its own. Its parent names the app and gives the key; it answers with its port, and later with its CPU time.
import { type AppName, apps, type VerifyingKey } from './apps.ts'

export type AppMessage = { readonly start: AppName; readonly key: VerifyingKey } | 'cpu'
export type AppReply = { readonly port: number } | { readonly cpuMicroseconds: number }

process.on('message', async (message: AppMessage) => {
  if (message !== 'cpu') return reply({ port: await apps[message.start](message.key) })
  const { user, system } = process.cpuUsage()
  return reply({ cpuMicroseconds: user + system })
})
process.on('disconnect', () => process.exit())

function reply(message: AppReply): void {
  process.send?.(message)
}
