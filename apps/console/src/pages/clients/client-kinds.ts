/** What somebody may want a client for, in their words, and what it is registered as. */
export interface ClientKind {
  readonly value: string
  readonly label: string
  readonly type: 'public' | 'confidential'
  readonly grants: readonly string[]
  readonly hasRedirect: boolean
}

const CODE = ['authorization_code', 'refresh_token']

export const clientKinds: readonly ClientKind[] = [
  {
    ...{ value: 'web', label: 'A web app with a server of its own, which signs people in' },
    ...{ type: 'confidential', grants: CODE, hasRedirect: true },
  },
  {
    ...{ value: 'page', label: 'A single-page, mobile or desktop app, which signs people in' },
    ...{ type: 'public', grants: CODE, hasRedirect: true },
  },
  {
    ...{ value: 'form', label: 'An app of yours with a login form of its own' },
    ...{ type: 'public', grants: ['refresh_token'], hasRedirect: false },
  },
  {
    ...{ value: 'program', label: 'A program that calls an API by itself' },
    ...{ type: 'confidential', grants: ['client_credentials'], hasRedirect: false },
  },
]
