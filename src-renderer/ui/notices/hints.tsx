import { Tooltip } from '@mantine/core'
import { useEffect, useState, type PointerEvent, type ReactNode } from 'react'
import classes from './hints.module.css'

/** A pointer that only passes opens nothing. */
const OPEN_AFTER_MS = 300

/**
 * One tooltip for everything inside: it shows the `data-hint` of what is pointed at. Where there are many rows, a
 * tooltip for each part of each costs more to draw than the rows do.
 */
export function Hints({ children }: { readonly children: ReactNode }) {
  const [pointed, setPointed] = useState<HTMLElement>()
  const [shown, setShown] = useState<{ readonly target: HTMLElement; readonly label: string }>()
  useEffect(() => {
    const label = pointed?.dataset['hint'] ?? ''
    if (pointed === undefined || label === '') return undefined
    const timer = setTimeout(() => setShown({ target: pointed, label }), OPEN_AFTER_MS)
    return () => {
      clearTimeout(timer)
      setShown(undefined)
    }
  }, [pointed])

  function point(event: PointerEvent): void {
    const target = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-hint]') : null
    setPointed(target ?? undefined)
  }

  return (
    <div className={classes['hints']} onPointerOver={point} onPointerLeave={() => setPointed(undefined)}>
      {children}
      {shown !== undefined && <Tooltip opened target={shown.target} label={shown.label} />}
    </div>
  )
}
