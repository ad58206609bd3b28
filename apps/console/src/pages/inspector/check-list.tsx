import type { CheckResult, Explanation } from '@ostiary/guard/explain-checks'
import { StateWord, type Tone } from '../../elements/state-word.tsx'
import classes from './inspector.module.css'

/** What the guard would say, check by check, in the order in which it makes them. */
export function CheckList({ explanation }: { readonly explanation: Explanation }) {
  const bad = explanation.checks.filter(({ ok }) => ok === false)
  return (
    <section aria-label="Checks">
      <p className={classes.verdict} role="status">
        {explanation.accepted ? (
          <StateWord tone="good">The guard accepts it</StateWord>
        ) : (
          <StateWord tone="danger">The guard refuses it</StateWord>
        )}
        <span className="muted small">
          {bad.length === 0
            ? 'whether it is revoked is not looked at'
            : `${bad.length} of ${explanation.checks.length} checks fail`}
        </span>
      </p>
      <ul className={classes.checks}>
        {explanation.checks.map((result) => (
          <Check key={result.check} result={result} />
        ))}
      </ul>
    </section>
  )
}

const words: Readonly<Record<string, readonly [word: string, tone: Tone]>> = {
  true: ['good', 'good'],
  false: ['bad', 'danger'],
  skipped: ['skipped', 'quiet'],
}

function Check({ result }: { readonly result: CheckResult }) {
  const [word, tone] = words[String(result.ok)] ?? ['skipped', 'quiet']
  return (
    <li className={classes.check} data-result={result.ok === false ? 'failed' : undefined}>
      <span className="mono">{result.check}</span>
      <StateWord tone={tone}>{word}</StateWord>
      <span className={classes.words}>
        {result.ok !== true && result.expected !== undefined && (
          <>
            <span className="muted">expected </span>
            {result.expected}
            <br />
            <span className="muted">got </span>
          </>
        )}
        <span className="mono">{result.got}</span>
        {result.secondsOff !== undefined && Number.isFinite(result.secondsOff) && (
          <>
            <br />
            {result.secondsOff} s beyond the limit
          </>
        )}
      </span>
    </li>
  )
}
