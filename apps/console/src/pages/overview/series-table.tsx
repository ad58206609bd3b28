import { useState } from 'react'
import { exactTime } from '../../elements/time-words.ts'
import classes from './overview.module.css'
import type { Series } from './series-chart.tsx'

/** The values of a chart in words, for who doesn't see it or wants them exactly. Made only when it is opened. */
export function SeriesTable({
  title,
  moments,
  series,
  format,
}: {
  readonly title: string
  readonly moments: readonly number[]
  readonly series: readonly Series[]
  readonly format: (value: number) => string
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1: what can be scrolled can be by keyboard.
        <section className={classes.values} aria-label={`${title}, as a table`} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {moments.map((moment, at) => (
                <tr key={moment}>
                  <td>{exactTime(moment)}</td>
                  {series.map(({ name, values }) => (
                    <td key={name}>{values[at] == null ? '–' : format(values[at])}</td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </details>
  )
}
