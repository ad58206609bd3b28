import { NativeSelect, NumberInput, Switch, Textarea, TextInput } from '@mantine/core'
import { algorithms, type GuardSettings } from './guard-settings.ts'
import classes from './inspector.module.css'

type Change = (changed: Partial<GuardSettings>) => void

/** What a guard is configured with, and what its route asks for. */
export function GuardForm({ settings, change }: { readonly settings: GuardSettings; readonly change: Change }) {
  return (
    <div className={classes.stack}>
      <h2 className={classes.part}>The guard that is asked</h2>
      <TextInput
        label="Issuer"
        value={settings.issuer}
        onChange={(event) => change({ issuer: event.currentTarget.value })}
      />
      <TextInput
        label="Audience"
        description="Empty: this check is skipped."
        value={settings.audience}
        onChange={(event) => change({ audience: event.currentTarget.value })}
      />
      <div className={classes.row}>
        <NativeSelect
          label="Algorithm"
          data={[{ value: '', label: 'All that a guard takes' }, ...algorithms]}
          value={settings.algorithm}
          onChange={(event) => change({ algorithm: event.currentTarget.value as GuardSettings['algorithm'] })}
        />
        <NumberInput
          label="Leeway"
          suffix=" s"
          min={0}
          max={300}
          allowDecimal={false}
          value={settings.leewaySeconds}
          onChange={(value) => change({ leewaySeconds: Number(value) || 0 })}
          hideControls
        />
      </div>
      <TextInput
        label="The guard’s clock"
        description="Empty: now."
        type="datetime-local"
        step={1}
        onChange={(event) => change({ at: parseLocal(event.currentTarget.value) })}
      />
      <RouteFields settings={settings} change={change} />
      <Switch
        label="Takes tokens that are bound to a key (DPoP)"
        checked={settings.takesBound}
        onChange={(event) => change({ takesBound: event.currentTarget.checked })}
      />
      <Textarea
        label="Keys"
        description="A JWK set, or a secret in base64url. Empty: the public keys of this issuer."
        autosize
        maxRows={8}
        value={settings.keys}
        onChange={(event) => change({ keys: event.currentTarget.value })}
      />
    </div>
  )
}

function RouteFields({ settings, change }: { readonly settings: GuardSettings; readonly change: Change }) {
  return (
    <>
      <div className={classes.row}>
        <TextInput
          label="Scopes of the route"
          placeholder="orders:read"
          value={settings.scope}
          onChange={(event) => change({ scope: event.currentTarget.value })}
        />
        <TextInput
          label="Permissions"
          placeholder="orders:refund"
          value={settings.permission}
          onChange={(event) => change({ permission: event.currentTarget.value })}
        />
      </div>
      <TextInput
        label="Fresh"
        description="How long ago the person may have signed in, such as 5m."
        value={settings.fresh}
        onChange={(event) => change({ fresh: event.currentTarget.value })}
      />
    </>
  )
}

function parseLocal(text: string): number | undefined {
  const moment = Date.parse(text)
  return Number.isNaN(moment) ? undefined : moment
}
