import type { Explanation } from '@ostiary/guard/explain-checks'
import { CopyButton } from '../../elements/copyable.tsx'
import { Facts } from '../../elements/facts.tsx'
import { useNow } from '../../elements/time-ago.tsx'
import { exactTime, timeWords } from '../../elements/time-words.ts'
import classes from './inspector.module.css'

type Part = Explanation['claims']

/** Header and claims as they stand in the token, and what its times mean. */
export function DecodedToken({ explanation: { header, claims } }: { readonly explanation: Explanation }) {
  return (
    <div className={classes.stack}>
      <JsonPart name="Header" part={header} />
      <JsonPart name="Claims" part={claims} />
      {claims && <Times claims={claims} />}
    </div>
  )
}

function JsonPart({ name, part }: { readonly name: string; readonly part: Part }) {
  const text = part && JSON.stringify(part, null, 2)
  return (
    <section aria-label={name}>
      <h2 className={classes.part}>
        {name} {text && <CopyButton text={text} what={name.toLowerCase()} />}
      </h2>
      {text ? <pre className={classes.json}>{text}</pre> : <p className="muted">Not readable.</p>}
    </section>
  )
}

const times = [
  ['auth_time', 'Signed in'],
  ['iat', 'Issued'],
  ['nbf', 'Good from'],
  ['exp', 'Expires'],
] as const

function Times({ claims }: { readonly claims: NonNullable<Part> }) {
  const now = useNow(1000)
  const facts = times.flatMap(([claim, name]) => {
    const seconds = claims[claim]
    if (typeof seconds !== 'number' || !Number.isFinite(seconds) || Math.abs(seconds) > 1e11) return []
    return [[name, `${timeWords(seconds * 1000, now)}, ${exactTime(seconds * 1000)}`] as const]
  })
  if (facts.length === 0) return null
  return (
    <section aria-label="Times">
      <h2 className={classes.part}>Times</h2>
      <Facts facts={facts} />
    </section>
  )
}
