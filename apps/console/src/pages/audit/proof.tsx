import { useQuery } from '@tanstack/react-query'
import type { AuditProof } from '../../api/admin-api.ts'
import { useAdminQuery } from '../../api/admin-queries.ts'
import { Answer } from '../../elements/answer.tsx'
import { CodeBlock } from '../../elements/code-block.tsx'
import { StateWord } from '../../elements/state-word.tsx'
import classes from './audit.module.css'
import { checkProof, type ProofCheck } from './check-proof.ts'

const words = { good: 'Holds', wrong: 'Does not hold', unknown: 'Not checked' } as const
const tones = { good: 'good', wrong: 'danger', unknown: 'quiet' } as const

export function Proof({ eventId }: { readonly eventId: string }) {
  const proof = useAdminQuery<AuditProof>(`/audit/events/${encodeURIComponent(eventId)}/proof`)
  return (
    <Answer query={proof} what="Loading the proof">
      {(bundle) => (
        <>
          <Checks bundle={bundle} />
          <CodeBlock text={JSON.stringify(bundle, null, 2)} what="the proof, to hand on to an auditor" />
        </>
      )}
    </Answer>
  )
}

function Checks({ bundle }: { readonly bundle: AuditProof }) {
  const checks = useQuery({ queryKey: ['proof-checks', bundle], queryFn: () => checkProof(bundle) })
  if (!checks.data) return null
  return (
    <ul className={classes.checks} aria-label="What was checked">
      {checks.data.map((check) => (
        <Check key={check.what} check={check} />
      ))}
    </ul>
  )
}

function Check({ check: { what, verdict } }: { readonly check: ProofCheck }) {
  return (
    <li>
      <StateWord tone={tones[verdict]}>{words[verdict]}</StateWord>
      <span>{what}</span>
    </li>
  )
}
