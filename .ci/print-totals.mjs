// Prints `N passed, N failed, N skipped` from the report of vitest's json reporter; the exit code is 1 when something failed.
import { readFileSync } from 'node:fs'

const totals = readTotals(process.argv[2])
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.passed > 0 && totals.failed === 0 ? 0 : 1

function readTotals(file) {
  let report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    console.error('The tests left no report.')
    return { passed: 0, failed: 0, skipped: 0 }
  }
  // A file that fails before its first test has no failed test, and is a failure all the same.
  const brokenFiles = report.testResults.filter(
    (one) => one.status === 'failed' && !one.assertionResults.some(hasFailed),
  )
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  }
}

function hasFailed(test) {
  return test.status === 'failed'
}
