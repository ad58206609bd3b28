import { auth0 } from './auth0.ts'
import { betterAuth } from './better-auth.ts'
import { firebase } from './firebase.ts'
import type { ForeignFormat } from './foreign-format.ts'
import { keycloak } from './keycloak.ts'
import { supabase } from './supabase.ts'

export const foreignProducts = ['auth0', 'keycloak', 'supabase', 'firebase', 'better-auth'] as const
export type ForeignProduct = (typeof foreignProducts)[number]

/** How other products export their people. */
export const foreignFormats: Readonly<Record<ForeignProduct, ForeignFormat>> = {
  auth0,
  keycloak,
  supabase,
  firebase,
  'better-auth': betterAuth,
}
