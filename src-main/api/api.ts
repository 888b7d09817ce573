import { blobCalls, uploadCalls } from './blob-calls.ts'
import { createImplementer } from './implementer.ts'
import { jobCalls } from './job-calls.ts'
import { hardwareCalls, nodeCalls } from './node-calls.ts'
import type { ApiParts } from './parts.ts'
import { pendingRest, pendingSharing } from './pending-calls.ts'
import { peopleCalls } from './people-calls.ts'
import { createUploads } from './uploads.ts'

/** The contract over a running peer. */
export type Api = ReturnType<typeof createApi>

/**
 * Serves the contract over these parts, whatever carries its messages (`serveApi` does so over a WebSocket).
 * `stop` ends what calls have begun.
 *
 * @example
 * const api = createApi({ ...peer, spelling, uploadsFolder, version, requestStop, report })
 * const server = await serveApi({ api, folder })
 */
export function createApi(parts: ApiParts) {
  const { blobs, clock, random, uploadsFolder: folder } = parts
  const stopping = new AbortController()
  const uploads = createUploads({ blobs, clock, random, folder })
  const os = createImplementer((error) => parts.report(error))
  const jobs = jobCalls(os, parts, stopping.signal)
  const router = os.router({
    node: nodeCalls(os, parts, stopping.signal),
    hardware: hardwareCalls(os, parts, stopping.signal),
    sharing: pendingSharing(os),
    ...pendingRest(os),
    people: peopleCalls(os, parts, stopping.signal),
    uploads: uploadCalls(os, uploads),
    blobs: blobCalls(os, blobs),
    jobs: jobs.router,
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
