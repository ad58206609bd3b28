export { type CheckResult, type ExplainOptions, type Explanation, explainToken } from './explain-token.ts'
