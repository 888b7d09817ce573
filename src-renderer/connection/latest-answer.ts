import { useCallback, useEffect, useEffectEvent, useState } from 'react'
import { useCalls } from './calls.tsx'
import type { ApiCalls } from './api-calls.ts'
import { faultText, isInputRefused } from './fault-text.ts'
import { useNode } from '../state/node-store.ts'
import { useText } from '../state/text.tsx'
import { useIsVisible } from '../state/visibility.ts'

/** The latest answer to a question that changes while a form is filled in. */
export interface LatestAnswer<T> {
  /** The last answer there was, also while a newer one is awaited; of another question only then. */
  readonly value: T | undefined
  /** Whether the value is not that of the question as it stands now. */
  readonly isWorking: boolean
  /** Why the question as it stands has no answer. */
  readonly message: string | undefined
  /** Whether that is for what was asked, so that asking again is in vain. */
  readonly isRefused: boolean
  readonly retry: () => void
}

/** When the same question is asked again, for an answer that changes by itself. Meanwhile the last one stays. */
export interface AskedAgain {
  /** What the answer rests on: a change asks again. */
  readonly news: string
  readonly everyMs: number
}

/**
 * Asks when the question has stood still for `delayMs`; a question that has changed meanwhile is broken off. Nothing is
 * asked while the key is undefined, and nothing again while the window is hidden.
 */
export function useLatestAnswer<T>(
  key: string | undefined,
  ask: (calls: ApiCalls, signal: AbortSignal) => Promise<T>,
  delayMs: number,
  again?: AskedAgain,
): LatestAnswer<T> {
  const calls = useCalls()
  const text = useText()
  const isOpen = useNode((node) => node.connection === 'open')
  const [value, setValue] = useState<T>()
  const [settled, setSettled] = useState<Settled>()
  const [round, setRound] = useState(0)
  const askNow = useEffectEvent(async (asked: string, signal: AbortSignal) => {
    try {
      const answer = await ask(calls, signal)
      if (signal.aborted) return
      setValue(answer)
      setSettled({ key: asked })
    } catch (error) {
      if (signal.aborted) return
      setSettled({ key: asked, message: faultText(error, text), isRefused: isInputRefused(error) })
    }
  })
  useEffect(() => {
    if (key === undefined || !isOpen) return undefined
    const controller = new AbortController()
    const timer = setTimeout(() => void askNow(key, controller.signal), delayMs)
    return () => {
      clearTimeout(timer)
      controller.abort()
    }
  }, [key, isOpen, delayMs, round, again?.news])
  const isVisible = useIsVisible()
  const everyMs = again?.everyMs
  useEffect(() => {
    if (key === undefined || everyMs === undefined || !isOpen || !isVisible) return undefined
    const timer = setInterval(() => setRound((before) => before + 1), everyMs)
    return () => clearInterval(timer)
  }, [key, everyMs, isOpen, isVisible])
  const retry = useCallback(() => {
    setSettled(undefined)
    setRound((before) => before + 1)
  }, [])
  const isSettled = settled !== undefined && settled.key === key
  return {
    value,
    isWorking: key !== undefined && !isSettled,
    message: isSettled ? settled.message : undefined,
    isRefused: isSettled && settled.isRefused === true,
    retry,
  }
}

/** How a question came to its end. */
interface Settled {
  readonly key: string
  readonly message?: string
  readonly isRefused?: boolean
}
