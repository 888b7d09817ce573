import { useEffect } from 'react'
import type { NodeInfo } from '#contract'
import { useQuery } from '../connection/calls.tsx'
import { useNode } from './node-store.ts'

/** A short benchmark takes a few seconds; its end is looked for so often. */
const LOOK_EVERY_MS = 1_000

/**
 * The node's own account, asked for now and again until its benchmark is done: the mirror has it from when the window
 * connected, which may be before.
 */
export function useMeasuredInfo(): NodeInfo | undefined {
  const known = useNode((node) => node.info)
  const asked = useQuery('measured info', (calls) => calls.node.info())
  const info = asked.state === 'ready' ? asked.value : known
  const isMeasuring = asked.state === 'ready' && asked.value.algorithms.length === 0
  useEffect(() => {
    if (!isMeasuring) return undefined
    const timer = setInterval(asked.refresh, LOOK_EVERY_MS)
    return () => clearInterval(timer)
  })
  return info
}
