import { describe, expect, it } from 'vitest'
import { listAuditEvents } from '../src/domain/audit/list-audit-events.ts'
import { addAccount, addApi, logIn, startTestServer } from './test-server.ts'

const password = 'seven purple umbrellas'
const audience = 'https://api.example.com'

describe('what requests leave in the audit log', () => {
  it('carries their network and the id under which their log line and their answer stand', async () => {
    const server = await startTestServer()
    await addAccount(server, 'ada', password)
    await addApi(server, { audience })
    const answers = await Promise.all([
      logIn(server, { username: 'ada', password, audience }),
      logIn(server, { username: 'ada', password: `${password}!`, audience }),
      logIn(server, { username: 'ada', password, audience }),
    ])
    const ids = answers.map(({ headers }) => headers.get('x-request-id'))
    const { database } = server.running.installation
    const origins = async (act: 'login.refused' | 'session.opened') =>
      (await listAuditEvents(database.read, { act, limit: 10 })).map(({ incidentId, network }) => [incidentId, network])
    expect(await origins('login.refused')).toEqual([[ids[1], '127.0.0.1']])
    expect((await origins('session.opened')).sort()).toEqual([ids[0], ids[2]].map((id) => [id, '127.0.0.1']).sort())
    const [created] = await listAuditEvents(database.read, { act: 'account.created', limit: 1 })
    expect(created).not.toHaveProperty('incidentId')
  })
})
