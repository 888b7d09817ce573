import { createContext, use, useState, useSyncExternalStore, type ReactNode } from 'react'

/** Since when the user has been able to see the window without a break; a hidden window counts as one that opens next. */
interface Lookout {
  readonly sinceMs: () => number
  /** Tells when that changes. @returns how to end it */
  readonly subscribe: (onChange: () => void) => () => void
}

/** Watches the page for as long as somebody is subscribed. */
function createLookout(): Lookout {
  let sinceMs = Date.now()
  let wasVisible = document.visibilityState === 'visible'
  const look = (): void => {
    const isVisible = document.visibilityState === 'visible'
    if (isVisible && !wasVisible) sinceMs = Date.now()
    wasVisible = isVisible
  }
  const subscribe = (onChange: () => void): (() => void) => {
    const changed = (): void => {
      look()
      onChange()
    }
    document.addEventListener('visibilitychange', changed)
    return () => document.removeEventListener('visibilitychange', changed)
  }
  return { sinceMs: () => sinceMs, subscribe }
}

const LookoutContext = createContext<Lookout | undefined>(undefined)

/** Watches for everything inside when the user comes to the window, on whatever screen. */
export function LookingProvider({ children }: { readonly children: ReactNode }) {
  const [lookout] = useState(createLookout)
  useSyncExternalStore(lookout.subscribe, lookout.sinceMs)
  return <LookoutContext value={lookout}>{children}</LookoutContext>
}

/** When the user last came to the window, by this machine's clock: what happened since then they could see. */
export function useLookingSince(): number {
  const lookout = use(LookoutContext)
  if (lookout === undefined) throw new Error('no LookingProvider around')
  return useSyncExternalStore(lookout.subscribe, lookout.sinceMs)
}
