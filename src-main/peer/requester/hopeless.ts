import { failure, type Fault } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { isFull } from './comparing.ts'
import { quorumOfJob, type JobState, type UnitState } from './slice.ts'
import { timedOutFault } from './time-outs.ts'
import { isOwnFault } from './unit.ts'

/** Attempts of one unit, taken or not: the network and the power may fail more often than peers do. */
const UNIT_AWARDS_MAX = 4_096

/** Why a unit, and with it its job, is given up; undefined while it is worth another try. */
export function hopeless(job: JobState, index: number): Fault | undefined {
  const unit = job.units.get(index)
  const attempts = unit?.attempts ?? []
  const quorum = quorumOfJob(job)
  const { failures_max, attempts_max } = job.verification
  const accusers = new Set<PeerId>()
  let failures = 0
  for (const { peer, status } of attempts) {
    if (status.state !== 'failed' || !isOwnFault(status.fault)) continue
    failures++
    accusers.add(peer)
    // Where outputs need a quorum to be believed, so do failures: no single peer ends a job that others can do.
    if (quorum > 1 ? accusers.size >= quorum : failures >= failures_max) {
      return failure(status.fault.kind, `unit ${index} failed: ${status.fault.message}`).fault
    }
  }
  const timedOut = timedOutFault(job, index)
  if (timedOut !== undefined) return timedOut
  const taken = attempts.filter(({ status }) => status.state !== 'void' || status.why === 'late').length
  const isOver = taken >= attempts_max || attempts.length >= UNIT_AWARDS_MAX
  return isOver || (unit !== undefined && isFull(job, unit)) ? undecided(unit, index) : undefined
}

function undecided(unit: UnitState | undefined, index: number): Fault {
  const { attempts = [], compared } = unit ?? {}
  const why = compared?.fault === undefined ? '' : ` (comparing its outputs: ${compared.fault.message})`
  const said = `unit ${index} was tried ${attempts.length} times without agreement${why}`
  return failure('undecided', said).fault
}
