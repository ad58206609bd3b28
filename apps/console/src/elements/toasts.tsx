import { CloseButton } from '@mantine/core'
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react'
import { AdminProblem } from '../api/admin-problem.ts'
import classes from './elements.module.css'

interface Toast {
  readonly id: number
  readonly kind: 'done' | 'failure'
  readonly sentence: string
}

export interface Toasts {
  /** Says that something was done. */
  done(sentence: string): void
  /** Says why something was not done; it stays until it is closed. */
  failed(error: Error): void
}

const SHOWN_MS = 8_000
const ToastsContext = createContext<Toasts | undefined>(undefined)

export function useToasts(): Toasts {
  const toasts = useContext(ToastsContext)
  if (!toasts) throw new Error('there is no ToastsProvider')
  return toasts
}

/** Short messages in a corner, which screen readers read out. */
export function ToastsProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<readonly Toast[]>([])
  const counter = useRef(0)
  const close = useCallback((id: number) => setShown((all) => all.filter((toast) => toast.id !== id)), [])
  const toasts = useMemo<Toasts>(() => {
    const show = (kind: Toast['kind'], sentence: string): number => {
      counter.current += 1
      const toast = { id: counter.current, kind, sentence }
      setShown((all) => [...all.slice(-3), toast])
      return toast.id
    }
    return {
      done: (sentence) => {
        const id = show('done', sentence)
        setTimeout(() => close(id), SHOWN_MS)
      },
      failed: (error) => void show('failure', describe(error)),
    }
  }, [close])
  return (
    <ToastsContext value={toasts}>
      {children}
      <div className={classes.toasts} role="log" aria-live="polite" aria-label="Messages">
        {shown.map(({ id, kind, sentence }) => (
          <div key={id} className={classes.toast} data-kind={kind}>
            <span>{sentence}</span>
            <CloseButton size="sm" aria-label="Close the message" onClick={() => close(id)} />
          </div>
        ))}
      </div>
    </ToastsContext>
  )
}

function describe(error: Error): string {
  if (!(error instanceof AdminProblem)) return 'The console has a fault here. Reload the page.'
  if (error.missing !== undefined) return `Not done: your roles don’t permit ${error.missing}.`
  return `Not done: ${error.message}`
}
