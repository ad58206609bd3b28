import { useQuery } from '@tanstack/react-query'
import { readIssuerMetadata } from '../issuer-place.ts'

/** The issuer, as tokens carry it; undefined until it is known. */
export function useIssuer(): string | undefined {
  const metadata = useQuery({
    queryKey: ['issuer-metadata'],
    queryFn: ({ signal }) => readIssuerMetadata(signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return metadata.data?.issuer
}
