import type { ReactNode } from 'react'
import classes from './elements.module.css'

/** Says what belongs here and how to get the first one. */
export function EmptyState({
  title,
  children,
  actions,
}: {
  readonly title: string
  readonly children: ReactNode
  readonly actions?: ReactNode
}) {
  return (
    <div className={classes.empty}>
      <h2>{title}</h2>
      <p>{children}</p>
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  )
}
