import { Link } from 'wouter'
import classes from './shell.module.css'

/** The mark and the name; leads to the first page. */
export function Brand() {
  return (
    <Link href="/" className={classes.brand}>
      <svg width="20" height="20" viewBox="0 0 16 16" fill="none" aria-hidden="true">
        <path d="M2 15V8a6 6 0 0 1 12 0v7" stroke="currentColor" strokeWidth="2" />
        <circle cx="10.5" cy="10" r="1.5" fill="currentColor" />
      </svg>
      Ostiary
    </Link>
  )
}
