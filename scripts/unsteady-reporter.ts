import path from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'

/** Names the tests that passed only at their second attempt, with what failed at the first. */
export default class UnsteadyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const unsteady = modules.flatMap(({ children }) =>
      [...children.allTests('passed')].filter((test) => test.diagnostic()?.flaky),
    )
    if (unsteady.length === 0) return
    console.log(`\nUnsteady, to be mended: ${unsteady.length} failed at first and passed when run once more.`)
    for (const test of unsteady) console.log(describeUnsteady(test))
  }
}

function describeUnsteady(test: TestCase): string {
  const file = path.relative(process.cwd(), test.module.moduleId)
  const failures = test.result().errors ?? []
  return [`  ${file} > ${test.fullName}`, ...failures.flatMap(({ stack, message }) => ownLines(stack ?? message))].join(
    '\n    ',
  )
}

function ownLines(stack: string): readonly string[] {
  return stack.split('\n').filter((line) => !line.includes('node_modules'))
}
