/**
 * A daemon that is attacked: its units wait instead of compute, and its parent may ask over the channel of processes what
 * the attack did to it. `watch` begins a measurement, `tell` ends it.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { z } from 'zod'
import { runDaemon } from './daemon.ts'

/** An attacked daemon's account of itself, since it was told to watch. */
export const Suffered = z.object({
  /** Heap and buffers after garbage collection. */
  held_bytes: z.number(),
  /** Pages of the process, then and at their most; the allocator keeps many that hold nothing. */
  resident_bytes: z.number(),
  resident_peak_bytes: z.number(),
  /** The longest that its event loop stood still. */
  stall_ms: z.number(),
})
export type Suffered = z.infer<typeof Suffered>

const LOOK_MS = 50
/** The histogram counts whole rounds of its own timer. */
const RESOLUTION_MS = 10

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

function watchOverChannel(): void {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  let peak = 0
  const look = (): void => void (peak = Math.max(peak, process.memoryUsage.rss()))
  setInterval(look, LOOK_MS).unref()
  process.on('message', (asked) => {
    look()
    if (asked === 'tell') {
      const stall_ms = Math.max(0, delays.max / 1e6 - RESOLUTION_MS)
      collectGarbage()
      const { rss, heapUsed, external } = process.memoryUsage()
      const suffered = {
        held_bytes: heapUsed + external,
        resident_bytes: rss,
        resident_peak_bytes: peak,
        stall_ms,
      }
      process.send?.(suffered satisfies Suffered)
    }
    peak = 0
    delays.reset()
  })
  process.on('disconnect', () => process.exit(0))
}

if (import.meta.main) {
  watchOverChannel()
  await runDaemon(process.argv.slice(2), {
    registry: new URL('compute/waiting.fixture.ts', import.meta.url),
  })
}
