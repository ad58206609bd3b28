import { Loader } from '@mantine/core'
import { useEffect, useState } from 'react'
import classes from './elements.module.css'

const PATIENCE_MS = 300

/** Says that something is happening, once a person would wonder. */
export function Waiting({ what = 'Loading' }: { readonly what?: string }) {
  const [isShown, setShown] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div className={classes.waiting} role="status">
      {isShown && (
        <>
          <Loader size="sm" aria-hidden />
          {what}…
        </>
      )}
    </div>
  )
}
