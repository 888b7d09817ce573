import { createContext, use, useCallback, useEffect, useEffectEvent, useState, type ReactNode } from 'react'
import { useNode, useNodeStore } from '../state/node-store.ts'
import { showToast } from '../ui/notices/toast.ts'
import { useText } from '../state/text.tsx'
import { useIsVisible } from '../state/visibility.ts'
import type { ApiCalls } from './api-calls.ts'
import { faultText } from './fault-text.ts'

const CallsContext = createContext<ApiCalls | undefined>(undefined)

/** Gives the calls to everything inside. */
export function CallsProvider({
  calls,
  children,
}: {
  readonly calls: ApiCalls
  readonly children: ReactNode
}) {
  return <CallsContext value={calls}>{children}</CallsContext>
}

/** The node's calls; the same object for as long as the window lives. A call without a connection rejects. */
export function useCalls(): ApiCalls {
  const calls = use(CallsContext)
  if (calls === undefined) throw new Error('broken promise: useCalls is used inside CallsProvider')
  return calls
}

/** Runs an action of the user; see `useAction`. */
export type RunAction = <T>(
  action: () => Promise<T>,
  options?: { readonly success?: string },
) => Promise<T | undefined>

/** Runs actions of the user: a fault is shown as a toast in plain words, and undefined is returned. */
export function useAction(): RunAction {
  const text = useText()
  return useCallback(
    async (action, options) => {
      try {
        const value = await action()
        if (options?.success !== undefined) showToast({ message: options.success, color: 'good' }, text)
        return value
      } catch (error) {
        const { failedTitle: title } = text.frame.common
        showToast({ title, message: faultText(error, text), color: 'bad' }, text)
        return undefined
      }
    },
    [text],
  )
}

/** The state of a question to the node; the last answer stays while it is asked anew. */
export type Query<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string; readonly retry: () => void }
  | { readonly state: 'ready'; readonly value: T; readonly refresh: () => void }

/** Asks when it is mounted, when the key changes, and anew when the connection reopens. */
export function useQuery<T>(
  key: string,
  ask: (calls: ApiCalls, signal: AbortSignal) => Promise<T>,
): Query<T> {
  const calls = useCalls()
  const store = useNodeStore()
  const text = useText()
  const isOpen = useNode((node) => node.connection === 'open')
  const [round, setRound] = useState(0)
  const [answer, setAnswer] = useState<{ key: string; value: T } | { key: string; error: unknown }>()
  const again = useCallback(() => setRound((before) => before + 1), [])
  const askNow = useEffectEvent(async (signal: AbortSignal) => {
    try {
      const value = await ask(calls, signal)
      if (!signal.aborted) setAnswer({ key, value })
    } catch (error) {
      // Without a connection there is nothing wrong with the question: it is asked again when there is one.
      if (!signal.aborted && store.getState().connection === 'open') setAnswer({ key, error })
    }
  })
  useEffect(() => {
    if (!isOpen) return undefined
    const controller = new AbortController()
    void askNow(controller.signal)
    return () => controller.abort()
  }, [key, isOpen, round])

  if (answer?.key !== key) return { state: 'loading' }
  if ('error' in answer) return { state: 'failed', message: faultText(answer.error, text), retry: again }
  return { state: 'ready', value: answer.value, refresh: again }
}

/** Where a subscription stands. */
export type StreamState =
  | { readonly state: 'waiting' }
  | { readonly state: 'live' }
  | { readonly state: 'ended' }
  | { readonly state: 'failed'; readonly message: string; readonly retry: () => void }

/**
 * Subscribes while it is mounted and the document is visible, and again after a reconnect. A stream that has ended by
 * itself stays ended until the key changes.
 *
 * @param goesOnHidden whether it goes on while the document is not visible, which costs a user who looks elsewhere
 */
export function useStream<T>(
  key: string,
  subscribe: (calls: ApiCalls, signal: AbortSignal) => Promise<AsyncIterable<T>> | AsyncIterable<T>,
  onValue: (value: T) => void,
  goesOnHidden = false,
): StreamState {
  const calls = useCalls()
  const store = useNodeStore()
  const text = useText()
  const isVisible = useIsVisible()
  const isWanted = isVisible || goesOnHidden
  const isOpen = useNode((node) => node.connection === 'open')
  const [round, setRound] = useState(0)
  const [course, setCourse] = useState<
    { key: string; state: 'live' | 'ended' } | { key: string; error: unknown }
  >()
  const again = useCallback(() => setRound((before) => before + 1), [])
  const hasEnded = course?.key === key && 'state' in course && course.state === 'ended'
  // A value that comes late is for the screen as it is then.
  const tell = useEffectEvent(onValue)
  const listen = useEffectEvent(async (signal: AbortSignal) => {
    try {
      for await (const value of await subscribe(calls, signal)) {
        if (signal.aborted) return
        setCourse((before) => (isLive(before, key) ? before : { key, state: 'live' }))
        tell(value)
      }
      if (!signal.aborted) setCourse({ key, state: 'ended' })
    } catch (error) {
      if (!signal.aborted && store.getState().connection === 'open') setCourse({ key, error })
    }
  })
  useEffect(() => {
    if (!isOpen || !isWanted || hasEnded) return undefined
    const controller = new AbortController()
    void listen(controller.signal)
    return () => controller.abort()
  }, [key, isOpen, isWanted, hasEnded, round])

  if (course?.key !== key) return { state: 'waiting' }
  if ('error' in course) return { state: 'failed', message: faultText(course.error, text), retry: again }
  return { state: course.state }
}

function isLive(course: object | undefined, key: string): boolean {
  return (
    course !== undefined &&
    'state' in course &&
    course.state === 'live' &&
    'key' in course &&
    course.key === key
  )
}
