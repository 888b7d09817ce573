import { useCallback, useEffect } from 'react'
import { newestRunning } from '#contract'
import { useCalls, useStream } from '../connection/calls.tsx'
import { isNotConnected } from '../connection/connection.ts'
import { applyNews } from './apply-news.ts'
import { useNode, useNodeStore } from './node-store.ts'
import { useIsVisible } from './visibility.ts'

/** A node that cannot tell its news now is asked again after this. */
const AGAIN_AFTER_MS = 5_000

/** Keeps the mirror as the node tells it; draws nothing. One of it is in the window. */
export function NodeFeed() {
  const store = useNodeStore()
  const refreshInfo = useRefreshInfo()
  const isVisible = useIsVisible()
  const isOpen = useNode((node) => node.connection === 'open')
  const stream = useStream(
    'news',
    (calls, signal) => calls.news.watch(undefined, { signal }),
    (news) => store.setState((mirror) => applyNews(mirror, news)),
    // The tab tells how far an own job is, above all while its user looks at another.
    useNode(({ jobs }) => newestRunning(jobs.values()) !== undefined),
  )
  const retry = stream.state === 'failed' ? stream.retry : undefined
  useEffect(() => {
    if (retry === undefined) return undefined
    const timer = setTimeout(retry, AGAIN_AFTER_MS)
    return () => clearTimeout(timer)
  }, [retry])
  // Also when the window comes back into sight: another window may have renamed the PC meanwhile.
  useEffect(() => {
    if (isOpen && isVisible) void refreshInfo()
  }, [isOpen, isVisible, refreshInfo])
  return null
}

/** Asks the node what it is anew: after a change of its name, its sharing, its limits. */
export function useRefreshInfo(): () => Promise<void> {
  const calls = useCalls()
  const store = useNodeStore()
  return useCallback(async () => {
    try {
      const [info, { preferences, host }] = await Promise.all([calls.node.info(), calls.preferences.get()])
      store.setState({ info, preferences, host })
    } catch (error) {
      // `NodeFeed` asks again when the connection is back; a node without preferences still tells its info.
      if (!isNotConnected(error)) await infoAlone()
    }
    async function infoAlone() {
      const info = await calls.node.info().catch(() => undefined)
      if (info !== undefined) store.setState({ info })
    }
  }, [calls, store])
}
