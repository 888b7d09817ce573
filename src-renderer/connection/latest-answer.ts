import { useCallback, useEffect, useEffectEvent, useState } from 'react'
import { useCalls } from './calls.tsx'
import type { ApiCalls } from './api-calls.ts'
import { faultText, isInputRefused } from './fault-text.ts'
import { useNode } from '../state/node-store.ts'
import { useText } from '../state/text.tsx'

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

/**
 * Asks when the question has stood still for `delayMs`; a question that has changed meanwhile is broken off. Nothing is
 * asked while the key is undefined.
 */
export function useLatestAnswer<T>(
  key: string | undefined,
  ask: (calls: ApiCalls, signal: AbortSignal) => Promise<T>,
  delayMs: number,
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
  }, [key, isOpen, delayMs, round])
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
