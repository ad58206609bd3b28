import type { ReactNode } from 'react'
import classes from './elements.module.css'

export type Tone = 'good' | 'warning' | 'danger' | 'accent' | 'quiet'

const signs: Readonly<Record<Tone, ReactNode>> = {
  good: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  accent: <circle cx="5" cy="5" r="4" fill="currentColor" />,
  warning: <path d="M5 .8 9.4 9H.6Z" fill="currentColor" />,
  danger: <rect x="1.2" y="1.2" width="7.6" height="7.6" fill="currentColor" />,
  quiet: <circle cx="5" cy="5" r="3.25" fill="none" stroke="currentColor" strokeWidth="1.5" />,
}

const toneClasses: Readonly<Record<Tone, string | undefined>> = {
  good: classes.isGood,
  accent: classes.isAccent,
  warning: classes.isWarning,
  danger: classes.isDanger,
  quiet: classes.isQuiet,
}

/** A state in a word, with a sign of its own shape: the colour alone says nothing. */
export function StateWord({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  return (
    <span className={`${classes.state} ${toneClasses[tone]}`}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
        {signs[tone]}
      </svg>
      {children}
    </span>
  )
}
