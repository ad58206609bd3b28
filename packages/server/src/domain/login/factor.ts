/** By what a person can prove once more who they are. A further one: here, in `listFactors`, and in the room of its page. */
export type Factor = 'totp' | 'passkey' | 'recovery_code'
