import { countedWatch, type ApiImplementer } from './implementer.ts'
import { createNewsMirror, newPlace, type NewsSources } from './news-mirror.ts'
import type { ApiParts } from './parts.ts'
import { watchBatches } from './watch-batches.ts'

/** The one stream for all that a window shows. `stopping` ends it. */
export function newsCalls(os: ApiImplementer, parts: ApiParts, sources: NewsSources, stopping: AbortSignal) {
  const mirror = createNewsMirror(parts, sources)
  stopping.addEventListener('abort', () => mirror.stop(), { once: true })
  return os.news.router({
    watch: os.news.watch.handler(({ signal, context }) => {
      const place = newPlace()
      const values = watchBatches(parts, {
        hear: () => undefined,
        take: () => mirror.take(place),
        isOver: () => false,
        alsoWake: (wake) => {
          const stops = [sources.preferences.onChange(wake), parts.sharing.onChange(wake)]
          return () => stops.forEach((stop) => stop())
        },
        signal: AbortSignal.any([stopping, ...(signal === undefined ? [] : [signal])]),
      })
      return countedWatch(context, parts.report, values)
    }),
  })
}
