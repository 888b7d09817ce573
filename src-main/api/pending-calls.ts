import { refuse } from '../protocol/fault.ts'
import type { ApiImplementer } from './implementer.ts'

/** Calls of the contract that are being built; each leaves this file as it is done. */
function pending(): never {
  return refuse('unsupported', 'this is being built')
}

/** See `pending`. */
export function pendingJobs(os: ApiImplementer) {
  return {
    pause: os.jobs.pause.handler(pending),
    resume: os.jobs.resume.handler(pending),
    setPriority: os.jobs.setPriority.handler(pending),
  }
}
