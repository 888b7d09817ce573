import { useSyncExternalStore } from 'react'

let sinceMs = Date.now()
let wasVisible = document.visibilityState === 'visible'

/** Since when the user has been able to see the window without a break; a hidden window counts as one that opens next. */
function subscribe(onChange: () => void): () => void {
  const look = () => {
    const isVisible = document.visibilityState === 'visible'
    if (isVisible && !wasVisible) sinceMs = Date.now()
    wasVisible = isVisible
    onChange()
  }
  document.addEventListener('visibilitychange', look)
  return () => document.removeEventListener('visibilitychange', look)
}

/** When the user last came to the window, by this machine's clock: what happened since then they could see. */
export function useLookingSince(): number {
  return useSyncExternalStore(subscribe, () => sinceMs)
}
