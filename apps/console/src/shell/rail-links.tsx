import { Link, useLocation } from 'wouter'
import type { PageEntry } from '../pages.ts'
import classes from './shell.module.css'

/** The words of the rail, one level deep. */
export function RailLinks({ entries, onGo }: { readonly entries: readonly PageEntry[]; readonly onGo?: () => void }) {
  const [place] = useLocation()
  return (
    <nav aria-label="Pages">
      <ul className={classes.links}>
        {entries.map(({ name, path }) => (
          <li key={path}>
            <Link
              href={path}
              className={classes.link}
              aria-current={isWithin(place, path) ? 'page' : undefined}
              {...(onGo && { onClick: onGo })}
            >
              {name}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  )
}

function isWithin(place: string, path: string): boolean {
  return path === '/' ? place === '/' : place === path || place.startsWith(`${path}/`)
}
