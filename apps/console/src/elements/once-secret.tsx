import classes from './code.module.css'
import { Copyable } from './copyable.tsx'

/** A secret that is shown this once: whoever leaves the page has it or has it not. */
export function OnceSecret({
  text,
  what,
  children,
}: {
  readonly text: string
  readonly what: string
  readonly children: string
}) {
  return (
    <div className={classes.once} role="status">
      <p>
        <strong>{children}</strong>
      </p>
      <Copyable text={text} what={what} />
    </div>
  )
}
