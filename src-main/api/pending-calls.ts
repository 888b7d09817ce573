import { refuse } from '../protocol/fault.ts'
import type { ApiImplementer } from './implementer.ts'

/** Calls of the contract that are being built; each leaves this file as it is done. */
function pending(): never {
  return refuse('unsupported', 'this is being built')
}

/** See `pending`. */
export function pendingSharing(os: ApiImplementer) {
  return os.sharing.router({
    get: os.sharing.get.handler(pending),
    setRules: os.sharing.setRules.handler(pending),
    setLimits: os.sharing.setLimits.handler(pending),
    pause: os.sharing.pause.handler(pending),
    resume: os.sharing.resume.handler(pending),
    shareAnyway: os.sharing.shareAnyway.handler(pending),
  })
}

/** See `pending`. */
export function pendingPeople(os: ApiImplementer) {
  return {
    requests: os.people.requests.handler(pending),
    accept: os.people.accept.handler(pending),
    decline: os.people.decline.handler(pending),
    block: os.people.block.handler(pending),
    unblock: os.people.unblock.handler(pending),
    blocked: os.people.blocked.handler(pending),
  }
}

/** See `pending`. */
export function pendingJobs(os: ApiImplementer) {
  return {
    inspectScene: os.jobs.inspectScene.handler(pending),
    previewScene: os.jobs.previewScene.handler(pending),
    estimateRender: os.jobs.estimateRender.handler(pending),
    pause: os.jobs.pause.handler(pending),
    resume: os.jobs.resume.handler(pending),
    setPriority: os.jobs.setPriority.handler(pending),
  }
}

/** See `pending`. */
export function pendingRest(os: ApiImplementer) {
  return {
    statistics: os.statistics.router({ days: os.statistics.days.handler(pending) }),
  }
}
