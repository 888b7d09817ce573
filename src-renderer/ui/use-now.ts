import { useEffect, useState } from 'react'
import { useIsVisible } from '../state/visibility.ts'

/** The time, in milliseconds since 1970, told anew each `everyMs`; a hidden window is told nothing. */
export function useNow(everyMs: number): number {
  const [nowMs, setNowMs] = useState(() => Date.now())
  const isVisible = useIsVisible()
  useEffect(() => {
    if (!isVisible) return undefined
    const tick = () => setNowMs(Date.now())
    const first = setTimeout(tick, 0)
    const timer = setInterval(tick, everyMs)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [everyMs, isVisible])
  return nowMs
}
