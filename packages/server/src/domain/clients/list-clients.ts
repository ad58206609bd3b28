import { selectClients } from './client-store.ts'

/** All registered clients, the oldest first. */
export const listClients: typeof selectClients = selectClients
