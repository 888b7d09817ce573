import { useEffect, useEffectEvent, useRef } from 'react'
import type { DayStatistics } from '#contract'
import { useQuery, type Query } from '../../connection/calls.tsx'
import { useNode } from '../../state/node-store.ts'
import { useNow } from '../../ui/use-now.ts'

const DAYS = 30
/** The hours shared grow by themselves. */
const ASK_EVERY_MS = 60_000
/** After a unit it is asked sooner, but not for each of a hundred units a second. */
const LOOK_EVERY_MS = 5_000

/** The last thirty days, the oldest first; asked anew each minute and after units were finished. */
export function useDays(): Query<DayStatistics[]> {
  const days = useQuery('overview days', (calls) => calls.statistics.days({ days: DAYS }))
  const completed = useNode((node) => node.pulse?.units_completed)
  const nowMs = useNow(LOOK_EVERY_MS)
  const asked = useRef({ atMs: nowMs, completed })
  const look = useEffectEvent(() => {
    const isDue = nowMs - asked.current.atMs >= ASK_EVERY_MS
    if (days.state !== 'ready' || (!isDue && asked.current.completed === completed)) return
    asked.current = { atMs: nowMs, completed }
    days.refresh()
  })
  useEffect(() => look(), [nowMs])
  return days
}
