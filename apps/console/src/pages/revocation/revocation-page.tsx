import { Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Confirmation } from '../../api/admin-api.ts'
import { useAdminAct } from '../../api/admin-queries.ts'
import { ConfirmAct } from '../../elements/confirm-act.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { useMay } from '../../sign-in/session-context.tsx'
import { LiveConfirmation } from './live-confirmation.tsx'
import { RecentRevocations } from './recent-revocations.tsx'
import classes from './revocation.module.css'
import { type Target, targets } from './targets.ts'

/** Revokes one thing, and shows the APIs confirming it. */
export function RevocationPage() {
  const [seq, setSeq] = useState<number>()
  const mayWrite = useMay('revocations:write')
  return (
    <PageFrame
      title="Revocation"
      about="What is revoked is refused by every API within a second, without a request per call. Guards with a credential confirm it."
    >
      {mayWrite && <RevocationForm onRevoked={setSeq} />}
      {seq !== undefined && <LiveConfirmation key={seq} seq={seq} />}
      <PageSection
        title="In the feed now"
        about="The feed itself holds hashes; whose they are is known from the audit log."
      >
        <RecentRevocations />
      </PageSection>
    </PageFrame>
  )
}

function RevocationForm({ onRevoked }: { readonly onRevoked: (seq: number) => void }) {
  const [member, setMember] = useState<Target['member']>('session')
  const [named, setNamed] = useState('')
  const [isAsking, setAsking] = useState(false)
  const target = targets.find((candidate) => candidate.member === member) ?? (targets[0] as Target)
  const revoke = useAdminAct<Confirmation>(
    () => ['/revocations', { body: { [member]: target.field === undefined ? true : named.trim() } }],
    ['/revocations', '/sessions', '/accounts', '/guards'],
  )
  const ask = (event: FormEvent): void => {
    event.preventDefault()
    setAsking(true)
  }
  return (
    <form className={classes.form} onSubmit={ask}>
      <NativeSelect
        label="What to revoke"
        data={targets.map((one) => ({ value: one.member, label: one.name }))}
        value={member}
        onChange={(event) => setMember(event.currentTarget.value as Target['member'])}
      />
      {target.field !== undefined && (
        <TextInput
          label={target.field}
          required
          autoComplete="off"
          spellCheck={false}
          value={named}
          onChange={(event) => setNamed(event.currentTarget.value)}
        />
      )}
      <div>
        <Button type="submit" color="danger">
          Revoke…
        </Button>
      </div>
      <ConfirmAct
        isOpen={isAsking}
        title={`Revoke ${target.name.toLowerCase()}?`}
        verb="Revoke now"
        act={async () => onRevoked((await revoke.mutateAsync()).body.seq)}
        onClose={() => setAsking(false)}
      >
        <p>{target.effect}</p>
        {target.field !== undefined && <p className="mono">{named.trim().slice(0, 80)}</p>}
      </ConfirmAct>
    </form>
  )
}
