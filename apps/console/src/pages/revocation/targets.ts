/** What can be revoked by this page. */
export interface Target {
  readonly member: 'session' | 'account' | 'client' | 'api_key' | 'token' | 'everything'
  readonly name: string
  /** Of the field; undefined: there is nothing to name. */
  readonly field: string | undefined
  /** What happens, for the question before it. */
  readonly effect: string
}

export const targets: readonly Target[] = [
  {
    member: 'session',
    name: 'A session',
    field: 'Session id',
    effect:
      'Ends this session now: its device is signed out of that app, and every API refuses its tokens within a second.',
  },
  {
    member: 'account',
    name: 'An account',
    field: 'Account id',
    effect:
      'Ends every session of this account now, on all of its devices. It can sign in again, and its API keys live on: end those one by one, or disable the account.',
  },
  {
    member: 'client',
    name: 'A client',
    field: 'Client id',
    effect:
      'Ends every session at this client and its API keys, and refuses every token that it got, for all people. It can get new ones.',
  },
  {
    member: 'api_key',
    name: 'An API key',
    field: 'API key id',
    effect: 'Ends this API key and everything that it was exchanged for.',
  },
  {
    member: 'token',
    name: 'One token',
    field: 'Access token',
    effect: 'Refuses this one token from now on. Its session lives, and gets another one.',
  },
  {
    member: 'everything',
    name: 'Everything',
    field: undefined,
    effect:
      'Ends every session of everybody at every app, yours here included, and every API key, and refuses every token that was issued until now.',
  },
]
