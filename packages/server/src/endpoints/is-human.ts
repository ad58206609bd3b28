import type { FastifyRequest } from 'fastify'
import type { EmailFlowDeps, MailingAct } from './email-flow-deps.ts'

/** Whether the installation's own check, where it has one, takes who sends a form for a person. */
export async function isHuman(
  { verifyHuman }: EmailFlowDeps,
  request: FastifyRequest,
  act: MailingAct,
): Promise<boolean> {
  if (verifyHuman === undefined) return true
  return verifyHuman((request.body ?? {}) as Record<string, unknown>, { act, address: request.ip })
}
