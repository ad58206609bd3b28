import type { TObject, TString } from 'typebox'
import { closed, text } from '../admin-schemas.ts'

export const accountParams: TObject<{ account_id: TString }> = closed({
  account_id: text('The account’s id.', { longest: 64 }),
})
