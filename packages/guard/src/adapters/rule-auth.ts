import type { Auth, Rule } from '../guard.ts'

type StrictRule = Omit<Rule, 'optional'> & { readonly optional?: false }

/** What a handler finds behind a rule: always the caller, unless the rule lets anonymous callers pass. */
export type RuleAuth<Claims, GivenRule extends Rule> = GivenRule extends StrictRule
  ? Auth<Claims>
  : Auth<Claims> | undefined
