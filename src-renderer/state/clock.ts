import { useEffect, useState } from 'react'
import { useIsVisible } from './visibility.ts'

/** The time in milliseconds since 1970, told anew every so many of them while the window can be seen. */
export function useNow(everyMs: number): number {
  const isVisible = useIsVisible()
  const [nowMs, setNowMs] = useState(() => Date.now())
  useEffect(() => {
    if (!isVisible) return undefined
    const tell = () => setNowMs(Date.now())
    const first = setTimeout(tell)
    const timer = setInterval(tell, everyMs)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [isVisible, everyMs])
  return nowMs
}
