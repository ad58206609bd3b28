import { useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import type { PageEntry } from '../pages.ts'

const SECOND_KEY_MS = 1_500

/** Keys that work on every page: `/` for the page's search (or the palette), `g` and a letter to go, Ctrl or Cmd and K for the palette. */
export function useShortcuts(entries: readonly PageEntry[], openPalette: () => void): void {
  const [, navigate] = useLocation()
  const wentAt = useRef(0)
  useEffect(() => {
    const goByLetter = ({ key, timeStamp }: KeyboardEvent): void => {
      const isSecond = timeStamp - wentAt.current < SECOND_KEY_MS
      wentAt.current = key === 'g' && !isSecond ? timeStamp : 0
      const entry = isSecond ? entries.find(({ letter }) => letter === key) : undefined
      if (entry) navigate(entry.path)
    }
    const listen = (event: KeyboardEvent): void => {
      const asksForPalette = isPaletteKey(event)
      if (!asksForPalette && (hasModifier(event) || isTyping(event.target))) return
      if (!asksForPalette && event.key !== '/') {
        goByLetter(event)
        return
      }
      event.preventDefault()
      if (asksForPalette || !focusSearch()) openPalette()
    }
    addEventListener('keydown', listen)
    return () => removeEventListener('keydown', listen)
  }, [entries, navigate, openPalette])
}

function isPaletteKey(event: KeyboardEvent): boolean {
  return event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey)
}

function hasModifier({ ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  return ctrlKey || metaKey || altKey
}

/** The search of the page that is open: an input of the type `search`. */
function focusSearch(): boolean {
  const field = document.querySelector<HTMLInputElement>('main input[type="search"]')
  field?.focus()
  return field !== null
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}
