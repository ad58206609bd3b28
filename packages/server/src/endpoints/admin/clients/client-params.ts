import type { TObject, TString } from 'typebox'
import { closed, text } from '../admin-schemas.ts'

export const clientParams: TObject<{ client_id: TString }> = closed({
  client_id: text('The client’s id; that of a document is percent-encoded.', { longest: 2048 }),
})
