import { domainRooms } from '../architecture.ts'

/** The domain's rooms in their order, for ARCHITECTURE.md. */
export function renderDomainRooms(): string {
  return domainRooms.map(([room, purpose], index) => `${index + 1}. \`${room}\`: ${purpose}`).join('\n')
}
