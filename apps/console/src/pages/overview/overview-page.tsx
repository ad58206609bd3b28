import { SegmentedControl } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Copyable } from '../../elements/copyable.tsx'
import { Facts } from '../../elements/facts.tsx'
import { Failure } from '../../elements/failure.tsx'
import { PageFrame, PageSection } from '../../elements/page-frame.tsx'
import { Waiting } from '../../elements/waiting.tsx'
import { readIssuerMetadata } from '../../issuer-place.ts'
import { Charts, Numbers, type Period, periods } from './figures.tsx'
import { FleetSummary } from './fleet-summary.tsx'

/** How the installation does: every number is of all instances, and renewed every ten seconds. */
export function OverviewPage() {
  const [period, setPeriod] = useState<Period>('24h')
  return (
    <PageFrame
      title="Overview"
      about="How this installation does, of all its instances."
      actions={
        <SegmentedControl
          aria-label="Time range"
          data={Object.entries(periods).map(([value, { name }]) => ({ value, label: name }))}
          value={period}
          onChange={(value) => setPeriod(value as Period)}
        />
      }
    >
      <Numbers period={period} />
      <Charts period={period} />
      <FleetSummary />
      <PageSection title="This issuer" about="What apps and APIs are configured with.">
        <IssuerFacts />
      </PageSection>
    </PageFrame>
  )
}

/** What an app or an API is configured with. */
function IssuerFacts() {
  const metadata = useQuery({
    queryKey: ['issuer-metadata'],
    queryFn: ({ signal }) => readIssuerMetadata(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (metadata.error) return <Failure error={metadata.error} retry={() => void metadata.refetch()} />
  if (!metadata.data) return <Waiting />
  const { issuer, jwks_uri } = metadata.data
  return (
    <Facts
      facts={[
        ['Issuer', <Copyable key="issuer" text={issuer} what="the issuer" />],
        ['Public keys', <Copyable key="keys" text={jwks_uri} what="the address of the public keys" />],
      ]}
    />
  )
}
