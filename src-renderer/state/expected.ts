import { useCallback, useEffect, useState } from 'react'

/** The node tells a change within this, or it was not made: what was expected is given up then. */
const EXPECTED_MS = 3_000

/** A value as the node tells it, and the value that it is expected to tell next. */
export interface Expected<T> {
  /** The value to show: the expected one until the node tells another, or until the deadline. */
  readonly shown: T
  readonly expect: (value: T) => void
  /** Back to what the node tells, for a change that failed. */
  readonly drop: () => void
}

/** Shows a change before the node has told it, apart from what it tells, and for a bounded time. */
export function useExpected<T>(told: T): Expected<T> {
  const [expected, setExpected] = useState<{ readonly value: T; readonly instead: T }>()
  const holds = expected !== undefined && Object.is(expected.instead, told)
  useEffect(() => {
    if (expected === undefined) return undefined
    const timer = setTimeout(() => setExpected(undefined), EXPECTED_MS)
    return () => clearTimeout(timer)
  }, [expected])
  return {
    shown: holds ? expected.value : told,
    expect: useCallback((value: T) => setExpected({ value, instead: told }), [told]),
    drop: useCallback(() => setExpected(undefined), []),
  }
}
