import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import classes from './elements.module.css'

let placeBefore: string | undefined

/** A page: its title, one line of what it is, what can be done here, then the thing. */
export function PageFrame({
  title,
  about,
  actions,
  children,
}: {
  readonly title: string
  readonly about?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [place] = useLocation()
  useEffect(() => {
    document.title = `${title} · Ostiary`
  }, [title])
  useEffect(() => {
    // Who went here goes on reading here; at the first page the browser's own place stays.
    if (placeBefore !== undefined && placeBefore !== place) heading.current?.focus()
    placeBefore = place
  }, [place])
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div className={classes.headWords}>
          <h1 className={classes.title} ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {about && <p className={classes.about}>{about}</p>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  )
}

/** A part of a page with a heading of its own. */
export function PageSection({
  title,
  about,
  children,
}: {
  readonly title: string
  readonly about?: ReactNode
  readonly children: ReactNode
}) {
  return (
    <section className={classes.section}>
      <h2 className={classes.sectionTitle}>{title}</h2>
      {about && <p className={`${classes.about} small`}>{about}</p>}
      <div style={{ marginTop: 12 }}>{children}</div>
    </section>
  )
}
