import { useElementSize } from '@mantine/hooks'
import { type PointerEvent, useState } from 'react'
import { linePath, niceCeiling, shortNumber, spreadLabels } from './chart-scale.ts'
import classes from './overview.module.css'
import { SeriesTable } from './series-table.tsx'

const HEIGHT = 170
const TOP = 18
const BOTTOM = 22
const LABELS = 92
const DAY_MS = 86_400_000
const inks = ['var(--accent)', 'var(--tint-1)', 'var(--tint-2)', 'var(--tint-3)']

export interface Series {
  readonly name: string
  readonly values: readonly (number | null)[]
}

/** Lines over time: the accent first, then tints of ink, each with its name at its end. The same stands in a table below. */
export function SeriesChart({
  title,
  moments,
  series,
  format = shortNumber,
}: {
  readonly title: string
  readonly moments: readonly number[]
  readonly series: readonly Series[]
  readonly format?: (value: number) => string
}) {
  const { ref, width } = useElementSize()
  const [read, setRead] = useState<number>()
  const most = niceCeiling(Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0))))
  const right = Math.max(60, width - LABELS)
  const x = (at: number): number => (moments.length < 2 ? 0 : (at / (moments.length - 1)) * right)
  const y = (value: number): number => HEIGHT - BOTTOM - (value / most) * (HEIGHT - TOP - BOTTOM)
  const follow = (event: PointerEvent<SVGSVGElement>): void => {
    const at = Math.round(
      ((event.clientX - event.currentTarget.getBoundingClientRect().left) / right) * (moments.length - 1),
    )
    setRead(at >= 0 && at < moments.length ? at : undefined)
  }
  return (
    <figure className={classes.chart} aria-label={title}>
      <div className={classes.chartHead}>
        <h2>{title}</h2>
        <span className={classes.reading} aria-hidden="true">
          {read !== undefined && readingOf(moments[read] ?? 0, series, read, format)}
        </span>
      </div>
      <div ref={ref}>
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            aria-hidden="true"
            onPointerMove={follow}
            onPointerLeave={() => setRead(undefined)}
          >
            <Axes most={most} right={right} y={y} moments={moments} format={format} />
            <Lines series={series} x={x} y={y} />
            {read !== undefined && (
              <line x1={x(read)} x2={x(read)} y1={TOP} y2={HEIGHT - BOTTOM} stroke="var(--field-border)" />
            )}
            <Labels series={series} x={right + 8} y={y} />
          </svg>
        )}
      </div>
      <SeriesTable title={title} moments={moments} series={series} format={format} />
    </figure>
  )
}

/** The accent lies above the others. */
function Lines({
  series,
  x,
  y,
}: {
  readonly series: readonly Series[]
  readonly x: (at: number) => number
  readonly y: (value: number) => number
}) {
  return series
    .toReversed()
    .map(({ name, values }, index) => (
      <path
        key={name}
        d={linePath(values, x, y)}
        fill="none"
        stroke={inks[series.length - 1 - index]}
        strokeWidth={2}
        strokeLinejoin="round"
        strokeLinecap="round"
      />
    ))
}

function Axes({
  most,
  right,
  y,
  moments,
  format,
}: {
  readonly most: number
  readonly right: number
  readonly y: (value: number) => number
  readonly moments: readonly number[]
  readonly format: (value: number) => string
}) {
  const [first = 0, last = 0] = [moments[0], moments.at(-1)]
  return (
    <g fontSize={12} fill="var(--muted)">
      {[0, most / 2, most].map((value) => (
        <g key={value}>
          <line x1={0} x2={right} y1={y(value)} y2={y(value)} stroke="var(--line)" />
          {value > 0 && (
            <text x={0} y={y(value) - 4}>
              {format(value)}
            </text>
          )}
        </g>
      ))}
      <text x={0} y={HEIGHT - 6}>
        {momentWords(first, last - first)}
      </text>
      <text x={right} y={HEIGHT - 6} textAnchor="end">
        now
      </text>
    </g>
  )
}

/** Beside the last value that is known. */
function Labels({
  series,
  x,
  y,
}: {
  readonly series: readonly Series[]
  readonly x: number
  readonly y: (value: number) => number
}) {
  const wanted = series.map(({ values }) => y(values.findLast((value) => value !== null) ?? 0) + 4)
  const placed = spreadLabels(wanted, 15, HEIGHT - BOTTOM + 4)
  return (
    <g fontSize={13}>
      {series.map(({ name }, index) => (
        <text
          key={name}
          x={x}
          y={placed[index]}
          fill={index === 0 ? 'var(--accent)' : 'var(--ink)'}
          fontWeight={index === 0 ? 600 : 400}
        >
          {name}
        </text>
      ))}
    </g>
  )
}

function readingOf(moment: number, series: readonly Series[], at: number, format: (value: number) => string): string {
  const values = series.map(({ name, values }) => `${values[at] == null ? '–' : format(values[at])} ${name}`)
  return [momentWords(moment, DAY_MS), ...values].join(' · ')
}

/** The time of a short span, with the day of a longer one. */
function momentWords(moment: number, span: number): string {
  const time: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' }
  const day: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short' }
  const options = span > 2 * DAY_MS ? day : span > DAY_MS / 2 ? { weekday: 'short' as const, ...time } : time
  return new Intl.DateTimeFormat('en-GB', options).format(moment)
}
