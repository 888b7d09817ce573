import { useEffect, useState } from 'react'
import { useIsVisible } from '../../../state/visibility.ts'

/** As often as the line of the present moment could be seen to move. */
const EVERY_MS = 20_000

/** The time, while the window is seen. */
export function useNow(): number {
  const isVisible = useIsVisible()
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    if (!isVisible) return undefined
    setNowMs(Date.now())
    const timer = setInterval(() => setNowMs(Date.now()), EVERY_MS)
    return () => clearInterval(timer)
  }, [isVisible])
  return nowMs
}
