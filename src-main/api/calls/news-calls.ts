import { countedWatch, type ApiImplementer, type CallContext } from './implementer.ts'
import { createNewsMirror, newPlace, type NewsSources } from '../news/news-mirror.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { watchBatches } from '../../jobs/watch-batches.ts'

/**
 * A window that has so much left to read is told nothing more before it has: what happens meanwhile comes as one change
 * then, so that slowness costs it moments and never the connection.
 */
const UNREAD_BYTES_MAX = 1 << 20

/** The one stream for all that a window shows. `stopping` ends it. */
export function newsCalls(
  os: ApiImplementer,
  parts: ApiDependencies,
  sources: NewsSources,
  stopping: AbortSignal,
) {
  const mirror = createNewsMirror(parts, sources)
  stopping.addEventListener('abort', () => mirror.stop(), { once: true })
  return os.news.router({
    watch: os.news.watch.handler(({ signal, context }) => {
      const place = newPlace()
      const values = watchBatches(parts, {
        hear: () => undefined,
        take: () => (isBehind(context) ? undefined : mirror.take(place)),
        isOver: () => false,
        alsoWake: (wake) => {
          const stops = [
            sources.preferences.onChange(wake),
            parts.sharing.onChange(wake),
            parts.transport.onReach(wake),
            parts.ownReach.onChange(wake),
            parts.nearby.onChange(wake),
          ]
          return () => stops.forEach((stop) => stop())
        },
        signal: AbortSignal.any([stopping, ...(signal === undefined ? [] : [signal])]),
      })
      return countedWatch(context, parts.report, values)
    }),
  })
}

function isBehind({ connection }: CallContext): boolean {
  return (connection.unreadBytes?.() ?? 0) > UNREAD_BYTES_MAX
}
