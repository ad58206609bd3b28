import { useElementSize } from '@mantine/hooks'
import type { SigningKey } from '../../api/admin-api.ts'
import { useNow } from '../../elements/time-ago.tsx'
import { durationWords, timeWords } from '../../elements/time-words.ts'
import classes from './keys.module.css'

const ROW = 44
const HEAD = 24
/** What the words at an end of the axis need, so that "now" doesn't cover them. */
const ROOM = 130
/** A letter of a label is not wider. */
const LETTER = 7.5
const DAY_MS = 86_400_000

const fills: Readonly<Record<SigningKey['state'], string>> = {
  pending: 'var(--tint-3)',
  active: 'var(--accent)',
  retiring: 'var(--tint-2)',
  retired: 'var(--line)',
}

/** Each key from when it was made until its next step, on one axis, with now in it. The table below says the same in words. */
export function KeyTimeLine({ keys }: { readonly keys: readonly SigningKey[] }) {
  const now = useNow()
  const { ref, width } = useElementSize()
  const spans = keys.map((key) => spanOf(key, now))
  const from = Math.min(now - DAY_MS / 24, ...spans.map(({ begin }) => begin))
  const to = Math.max(now + DAY_MS / 24, ...spans.map(({ end }) => end))
  const x = (moment: number): number => ((moment - from) / (to - from)) * width
  const height = HEAD + keys.length * ROW
  return (
    <div className={classes.frame}>
      <div ref={ref}>
        {width > 0 && (
          <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true" focusable="false">
            {x(now) > ROOM && (
              <text x={0} y={14} fontSize={13} fill="var(--muted)">
                {timeWords(from, now)}
              </text>
            )}
            {x(now) < width - ROOM && (
              <text x={width} y={14} fontSize={13} fill="var(--muted)" textAnchor="end">
                {timeWords(to, now)}
              </text>
            )}
            {keys.map((key, at) => (
              <KeyBar key={key.kid} signingKey={key} y={HEAD + at * ROW} x={x} now={now} width={width} />
            ))}
            <line x1={x(now)} x2={x(now)} y1={HEAD - 4} y2={height} stroke="var(--ink)" strokeWidth={1.5} />
            <text
              x={clamp(x(now), 14, width - 14)}
              y={14}
              fontSize={13}
              fontWeight={600}
              fill="var(--ink)"
              textAnchor="middle"
            >
              now
            </text>
          </svg>
        )}
      </div>
    </div>
  )
}

function KeyBar({
  signingKey,
  x,
  y,
  now,
  width,
}: {
  readonly signingKey: SigningKey
  readonly x: (moment: number) => number
  readonly y: number
  readonly now: number
  readonly width: number
}) {
  const { begin, since, end } = spanOf(signingKey, now)
  const { kid, algorithm, state, next_state, next_state_at } = signingKey
  const next = next_state_at === null ? '' : `, ${next_state} in ${durationWords(Date.parse(next_state_at) - now)}`
  const words = `${kid.slice(0, 8)}… ${algorithm}: ${state}`
  // On a phone there is no room for the next step: the table has it.
  const label = (words.length + next.length) * LETTER > width ? words : words + next
  const isLate = x(begin) + label.length * LETTER > width
  return (
    <g>
      <text
        x={isLate ? width : x(begin)}
        y={y + 14}
        fontSize={13}
        fill="var(--ink)"
        textAnchor={isLate ? 'end' : 'start'}
      >
        {label}
      </text>
      <rect x={x(begin)} y={y + 20} width={Math.max(2, x(since) - x(begin))} height={12} fill="var(--tint-3)" />
      <rect x={x(since)} y={y + 20} width={Math.max(3, x(end) - x(since))} height={12} rx={2} fill={fills[state]} />
    </g>
  )
}

function spanOf({ created_at, state_since, next_state_at }: SigningKey, now: number) {
  const end = next_state_at === null ? now : Date.parse(next_state_at)
  return { begin: Date.parse(created_at), since: Date.parse(state_since), end: Math.max(end, Date.parse(state_since)) }
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
