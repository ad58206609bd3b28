import type { TObject, TString } from 'typebox'
import { closed, text } from '../admin-schemas.ts'

export const organizationParams: TObject<{ organization_id: TString }> = closed({
  organization_id: text('The organization’s id or slug.', { longest: 64 }),
})
