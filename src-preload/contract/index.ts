/**
 * The contract between a running peer and whoever uses it (window, browser, meshctl): what may be asked and heard.
 * This file is the package's entry, imported elsewhere as `#contract`.
 */
import { blobs, uploads } from './blobs.ts'
import { hardware } from './hardware.ts'
import { jobs } from './jobs.ts'
import { node } from './node.ts'
import { people } from './people.ts'

/** Every procedure, by noun. */
export const contract = { node, hardware, people, uploads, blobs, jobs }

export { UploadId, type UploadState } from './blobs.ts'
export type { HardwareInfo } from './hardware.ts'
export type { FollowingJob, JobState, JobStatus, JobSummary, PeerShare, Waiting } from './job-status.ts'
export type { JobRequest, RenderRequest, ResultFormat, SceneWarning, SubmittedRender } from './jobs.ts'
export { ResultFile } from './jobs.ts'
export {
  API_MESSAGE_BYTES_MAX,
  CHUNK_BYTES_MAX,
  DESCRIPTION_LENGTH_MAX,
  MODULE_FILES_MAX,
  WATCH_EVERY_MS,
} from './limits.ts'
export { ModuleRequest, type ModuleInput, type SubmittedModule } from './modules.ts'
export type { ConnectionInfo, LentChange, NodeInfo, NodePulse, Sharing, Traffic } from './node.ts'
export type { InviteCode, Person } from './people.ts'
