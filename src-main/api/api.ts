import { blobCalls, uploadCalls } from './calls/blob-calls.ts'
import { createImplementer } from './calls/implementer.ts'
import { jobCalls } from './calls/job-calls.ts'
import { nearbyCalls } from './calls/nearby-calls.ts'
import { newsCalls } from './calls/news-calls.ts'
import { hardwareCalls, nodeCalls } from './calls/node-calls.ts'
import type { ApiParts } from './parts.ts'
import { peopleCalls } from './calls/people-calls.ts'
import { createPeopleView } from './views/people-view.ts'
import { createPreferences } from './calls/preferences.ts'
import { preferencesCalls } from './calls/preferences-calls.ts'
import { sharingCalls } from './calls/sharing-calls.ts'
import { statisticsCalls } from './calls/statistics-calls.ts'
import { createUploads } from './uploads/uploads.ts'

/** The contract over a running peer. */
export type Api = ReturnType<typeof createApi>

/**
 * Serves the contract over these parts, whatever carries its messages (`serveApi` does so over a WebSocket).
 * `stop` ends what calls have begun.
 *
 * @example
 * const api = createApi({ ...peer, spelling, uploadsFolder, version, host, requestStop, report })
 * const server = await serveApi({ api, folder })
 */
export function createApi(parts: ApiParts) {
  const { blobs, settings, clock, random, uploadsFolder: folder } = parts
  const stopping = new AbortController()
  const uploads = createUploads({ blobs, settings, clock, random, folder })
  const os = createImplementer((error) => parts.report(error))
  const preferences = createPreferences(parts.settings)
  const people = createPeopleView(parts)
  const jobs = jobCalls(os, parts, stopping.signal)
  const sources = { preferences, people, summaryOf: jobs.summaryOf }
  const router = os.router({
    node: nodeCalls(os, parts, stopping.signal),
    hardware: hardwareCalls(os, parts, stopping.signal),
    sharing: sharingCalls(os, parts),
    statistics: statisticsCalls(os, parts),
    people: peopleCalls(os, parts, people, stopping.signal),
    nearby: nearbyCalls(os, parts, stopping.signal),
    uploads: uploadCalls(os, uploads),
    blobs: blobCalls(os, blobs),
    jobs: jobs.router,
    preferences: preferencesCalls(os, parts, preferences),
    news: newsCalls(os, parts, sources, stopping.signal),
  })
  return {
    router,
    report: (error: unknown) => parts.report(error),
    async stop(): Promise<void> {
      stopping.abort()
      await uploads.stop()
    },
  }
}
