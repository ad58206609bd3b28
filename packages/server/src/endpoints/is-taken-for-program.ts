import type { FastifyRequest } from 'fastify'
import type { EmailFlowDeps, MailingAct } from './email-flow-deps.ts'

/** Whether the installation's own check takes the request for a program's. */
export async function isTakenForProgram(
  { verifyHuman }: EmailFlowDeps,
  request: FastifyRequest,
  act: MailingAct,
): Promise<boolean> {
  if (verifyHuman === undefined) return false
  return !(await verifyHuman((request.body ?? {}) as Record<string, unknown>, { act, address: request.ip }))
}
