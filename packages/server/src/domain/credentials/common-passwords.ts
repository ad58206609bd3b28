let loading: Promise<ReadonlySet<string>> | undefined

/**
 * Passwords that many people use, in lower case: 49,000 from leaks. Loaded when first asked for (some 30 ms, 20 MB), when a password is
 * set; a server that only verifies passwords never loads them.
 */
export function loadCommonPasswords(): Promise<ReadonlySet<string>> {
  loading ??= import('@zxcvbn-ts/language-common').then(({ dictionary }) => new Set(dictionary['passwords-common']))
  return loading
}
