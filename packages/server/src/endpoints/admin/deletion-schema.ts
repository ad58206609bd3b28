import { type TSchema, Type } from 'typebox'
import { closed, confirmationSchema } from './admin-schemas.ts'

/** What a deletion ended. */
export const deletionSchema: TSchema = closed(
  {
    ended_sessions: Type.Integer({ description: 'How many sessions ended with it.' }),
    revoked_api_keys: Type.Integer({ description: 'How many API keys were revoked with it.' }),
    confirmation: confirmationSchema,
  },
  'Deletion',
)
