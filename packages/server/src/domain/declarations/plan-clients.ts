import { type ClientChange, changeClient } from '../clients/change-client.ts'
import type { Client } from '../clients/client.ts'
import { createClient } from '../clients/create-client.ts'
import { listEndedClients } from '../clients/end-client.ts'
import { isOperatorsClient } from '../clients/is-operators-client.ts'
import { type ClientDescription, type ClientInput, parseClient } from '../clients/parse-client.ts'
import { deleteClient } from '../revocation-acts/delete-client.ts'
import { compareMembers } from './compare-members.ts'
import type { RunnableStep, StepOutcome } from './declaration.ts'
import { type ApplyDeps, describeReason } from './plan-apis.ts'

export interface PlannedClient {
  readonly step?: RunnableStep
  readonly fault?: string
}

/** Every member of a client that can be said, but for the type and the name: what isn't said has its default. */
const saidMembers: Readonly<Record<keyof Omit<ClientInput, 'type' | 'name'>, null>> = {
  redirectUris: null,
  grants: null,
  scopes: null,
  isFirstParty: null,
  idTokenAlgorithm: null,
  postLogoutRedirectUris: null,
  userinfoAlgorithm: null,
  backchannelLogoutUri: null,
  isBackchannelSessionRequired: null,
  jwks: null,
  jwksUri: null,
  isDpopRequired: null,
  isPushRequired: null,
  requiredFactor: null,
  idle: null,
  lifetime: null,
}

/** What would be done to have one client as it is declared. Its id is the declaration's: the same in every installation. */
export function planClient(
  deps: ApplyDeps,
  { id, declared, current }: { id: string; declared: ClientInput; current: Client | undefined },
): PlannedClient {
  if (!/^cli_[\w-]{1,64}$/.test(id))
    return {
      fault: `The client ${id}: an id is cli_ and 1 to 64 letters, digits, hyphens and underscores, such as cli_shop.`,
    }
  const parsed = parseClient(declared)
  if (!parsed.ok) return { fault: `The client ${id}: ${parsed.sentence}` }
  const { client } = parsed
  if (!current)
    return {
      step: {
        planned: { kind: 'client', id, action: 'create', changes: compareMembers({}, client) },
        run: () => createDeclared(deps, id, client),
      },
    }
  if (!isOperatorsClient(current)) return { fault: `The client ${id} registered itself, or a document describes it.` }
  if (current.type !== client.type)
    return { fault: `The client ${id} is ${current.type}, and stays so: declare another one.` }
  const changes = compareMembers(current, client)
  if (changes.length === 0) return {}
  const planned = { kind: 'client', id, action: 'change', changes } as const
  return { step: { planned, run: () => changeDeclared(deps, { id, declared, client }) } }
}

export function planClientDeletion({ database, actor }: ApplyDeps, { id }: Client): RunnableStep {
  return {
    planned: { kind: 'client', id, action: 'delete', changes: [] },
    async run() {
      const deleted = await deleteClient(database, id, actor)
      return deleted.ok ? { ok: true } : { ok: false, sentence: `The client ${id}: ${describeReason(deleted.reason)}` }
    },
  }
}

async function createDeclared(
  { database, actor, prepareKeys }: ApplyDeps,
  id: string,
  client: ClientDescription,
): Promise<StepOutcome> {
  const created = await database.write(async (tx) => {
    const isEnding = (await listEndedClients(tx.sql)).some((ended) => ended.id === id)
    return isEnding ? undefined : createClient(tx, client, actor, { id })
  })
  if (!created) return { ok: false, sentence: `The client ${id}: ${describeReason('client_ending')}` }
  await prepareKeys([])
  return { ok: true, secret: created.secret }
}

async function changeDeclared(
  { database, actor, prepareKeys }: ApplyDeps,
  { id, declared, client }: { id: string; declared: ClientInput; client: ClientDescription },
): Promise<StepOutcome> {
  const { type: _, ...said } = declared
  const change: ClientChange = { ...saidMembers, ...said }
  await prepareKeys([client.idTokenAlgorithm, client.userinfoAlgorithm].filter((algorithm) => algorithm !== undefined))
  const changed = await database.write((tx) => changeClient(tx, id, change, actor))
  if (changed.ok) return { ok: true }
  const why = changed.reason === 'invalid_option' ? changed.sentence : describeReason(changed.reason)
  return { ok: false, sentence: `The client ${id}: ${why}` }
}
