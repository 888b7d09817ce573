import { blobCalls, uploadCalls } from './calls/blob-calls.ts'
import { createImplementer } from './calls/implementer.ts'
import { createJobTable } from '../jobs/table.ts'
import { createJobViews, jobCalls, jobControlCalls } from './calls/job-calls.ts'
import { renderCalls } from './calls/render-calls.ts'
import { nearbyCalls } from './calls/nearby-calls.ts'
import { newsCalls } from './calls/news-calls.ts'
import { hardwareCalls, nodeCalls } from './calls/node-calls.ts'
import type { ApiDependencies } from './dependencies.ts'
import { peopleCalls } from './calls/people-calls.ts'
import { createPeopleView } from './views/people-view.ts'
import { createPreferences } from './calls/preferences.ts'
import { preferencesCalls } from './calls/preferences-calls.ts'
import { helpCalls, reportCalls } from './calls/report-calls.ts'
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
export function createApi(dependencies: ApiDependencies) {
  const { blobs, settings, clock, random, uploadsFolder: folder } = dependencies
  const stopping = new AbortController()
  const uploads = createUploads({ blobs, settings, clock, random, folder })
  const os = createImplementer((error) => dependencies.report(error))
  const preferences = createPreferences(dependencies.settings)
  const people = createPeopleView(dependencies)
  const table = createJobTable(dependencies, stopping.signal)
  const views = createJobViews(dependencies, table)
  const jobs = { table, views, stopping: stopping.signal }
  const summaryOf: typeof views.summaryOf = (job) => views.summaryOf(job)
  const kindOf: typeof table.kindOfAlgorithm = (id) => table.kindOfAlgorithm(id)
  const sources = { preferences, people, summaryOf, kindOf }
  const router = os.router({
    node: nodeCalls(os, dependencies, stopping.signal),
    hardware: hardwareCalls(os, dependencies, stopping.signal),
    sharing: sharingCalls(os, dependencies),
    statistics: statisticsCalls(os, dependencies),
    people: peopleCalls(os, dependencies, people, stopping.signal),
    nearby: nearbyCalls(os, dependencies, stopping.signal),
    uploads: uploadCalls(os, uploads),
    blobs: blobCalls(os, blobs),
    jobs: os.jobs.router({
      ...jobCalls(os, dependencies, jobs),
      ...jobControlCalls(os, dependencies, jobs),
      ...helpCalls(os, dependencies, { table, views, preferences }),
    }),
    report: reportCalls(os, dependencies, table),
    render: renderCalls(os, dependencies, jobs),
    preferences: preferencesCalls(os, dependencies, preferences),
    news: newsCalls(os, dependencies, sources, stopping.signal),
  })
  return {
    router,
    report: (error: unknown) => dependencies.report(error),
    async stop(): Promise<void> {
      stopping.abort()
      await uploads.stop()
    },
  }
}
