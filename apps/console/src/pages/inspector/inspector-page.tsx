import { Textarea } from '@mantine/core'
import type { Explanation } from '@ostiary/guard/explain-checks'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { EmptyState } from '../../elements/empty-state.tsx'
import { PageFrame } from '../../elements/page-frame.tsx'
import { readIssuerMetadata } from '../../issuer-place.ts'
import { CheckList } from './check-list.tsx'
import { DecodedToken } from './decoded-token.tsx'
import { GuardForm } from './guard-form.tsx'
import { explainHere, type GuardSettings } from './guard-settings.ts'
import classes from './inspector.module.css'

const first: GuardSettings = {
  issuer: '',
  ...{ audience: '', algorithm: '', scope: '', permission: '', fresh: '', leewaySeconds: 15 },
  ...{ at: undefined, takesBound: false, keys: '' },
}

/** Decodes and judges a token in this page alone. */
export function InspectorPage() {
  const issuer = useIssuer()
  const [token, setToken] = useState('')
  const [changed, setChanged] = useState<Partial<GuardSettings>>({})
  const settings = { ...first, issuer: issuer?.issuer ?? '', ...changed }
  const said = useExplanation(token.trim(), settings, issuer?.jwks)
  return (
    <PageFrame
      title="Token inspector"
      about="What is in a token, and check by check what a guard would say of it. Nothing that you paste leaves this page."
    >
      <div className={classes.columns}>
        <div className={classes.stack}>
          <Textarea
            className={classes.token ?? ''}
            label="Access token"
            placeholder="eyJ…"
            autosize
            minRows={6}
            maxRows={14}
            spellCheck={false}
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.currentTarget.value)}
          />
          <GuardForm settings={settings} change={(more) => setChanged((before) => ({ ...before, ...more }))} />
        </div>
        <div className={classes.stack}>
          {token === '' && (
            <EmptyState title="No token yet">
              Paste one: it is decoded and judged while you type, also offline.
            </EmptyState>
          )}
          {typeof said === 'string' && <p role="alert">{said}</p>}
          {typeof said === 'object' && (
            <>
              <CheckList explanation={said} />
              <DecodedToken explanation={said} />
            </>
          )}
        </div>
      </div>
    </PageFrame>
  )
}

/** This server's own name and keys: the only thing that the page asks for, when it is opened. */
function useIssuer(): { readonly issuer: string; readonly jwks: unknown } | undefined {
  const { data } = useQuery({
    queryKey: ['issuer-keys'],
    queryFn: async ({ signal }) => {
      const { issuer, jwks_uri } = await readIssuerMetadata(signal)
      const response = await fetch(jwks_uri, { signal })
      return { issuer, jwks: (await response.json()) as unknown }
    },
    staleTime: 60_000,
  })
  return data
}

/** Undefined without a token; a sentence where the settings are none. */
function useExplanation(token: string, settings: GuardSettings, jwks: unknown): Explanation | string | undefined {
  const [said, setSaid] = useState<{ readonly of: string; readonly answer: Explanation | string }>()
  const asked = JSON.stringify([token, settings])
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is the token and the settings, by value.
  useEffect(() => {
    let isCurrent = true
    const tell = (answer: Explanation | string): void => {
      if (isCurrent) setSaid({ of: asked, answer })
    }
    const explain = async (): Promise<Explanation> => explainHere(token, settings, jwks)
    if (token !== '') explain().then(tell, (error: Error) => tell(error.message))
    return () => {
      isCurrent = false
    }
  }, [asked, jwks])
  // What was said of another token, or another guard, is not shown for this one.
  return said?.of === asked ? said.answer : undefined
}
