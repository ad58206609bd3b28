import { Tooltip, VisuallyHidden } from '@mantine/core'
import { useEffect, useState } from 'react'
import { exactTime, timeWords } from './time-words.ts'

const STEP_MS = 15_000

/** The time, which goes on while the page is open. */
export function useNow(stepMilliseconds: number = STEP_MS): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), stepMilliseconds)
    return () => clearInterval(timer)
  }, [stepMilliseconds])
  return now
}

/** A moment as "5 minutes ago", the exact time on hover and for screen readers. */
export function TimeAgo({
  at,
  absent = 'never',
}: {
  readonly at: string | null | undefined
  readonly absent?: string
}) {
  const now = useNow()
  if (at === null || at === undefined) return <span className="muted">{absent}</span>
  const moment = Date.parse(at)
  const exact = exactTime(moment)
  return (
    <Tooltip label={exact}>
      <time dateTime={at} className="numeric" style={{ whiteSpace: 'nowrap' }}>
        {timeWords(moment, now)}
        <VisuallyHidden>, {exact}</VisuallyHidden>
      </time>
    </Tooltip>
  )
}
