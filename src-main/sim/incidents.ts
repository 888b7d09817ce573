import { holdingKey } from '../peer/provider/slice.ts'
import type { PeerId } from '../protocol/ids.ts'
import type { JobManifest } from '../protocol/work.ts'
import type { Network } from './network.ts'
import type { Process } from './process/process.ts'
import type { Onlooker, Resident } from './resident.ts'
import type { Incident } from './scenario.ts'
import type { Schedule } from './schedule.ts'

/** A crash that no turn has brought about by then happens anyway. */
const CRASH_WITHIN_MS = 1_000

/** Everything that incidents happen to. */
export interface IncidentDependencies {
  readonly schedule: Schedule
  readonly network: Network
  readonly residents: ReadonlyMap<PeerId, Resident>
  /** Gets the manifests of submitted jobs, by holding. */
  readonly jobs: Map<string, JobManifest>
  readonly onlooker: Onlooker
  readonly boot: (resident: Resident) => void
  /** A partition is healed by then. */
  readonly calmAtMs: number
}

/** Lets an incident happen. What happens to a peer whose program is gone is left out. */
export function befall(incident: Incident, dependencies: IncidentDependencies): void {
  const { schedule, network, residents, onlooker, calmAtMs } = dependencies
  onlooker.happened(describe(incident))
  if (incident.kind === 'partition') {
    network.partition(incident.groups)
    const lastsMs = Math.min(incident.lastsMs, Math.max(0, calmAtMs - incident.atMs))
    return void schedule.after(lastsMs, () => network.heal())
  }
  const resident = residents.get(incident.peer)
  const process = resident?.process
  if (resident === undefined || process === undefined) return
  if (incident.kind === 'crash') return crash(incident, resident, process, dependencies)
  if (incident.kind === 'submit') return submit(incident.manifest, resident, process, dependencies)
  act(incident, process)
}

function crash(
  { point, downMs }: Incident & { kind: 'crash' },
  resident: Resident,
  process: Process,
  { schedule, boot }: IncidentDependencies,
): void {
  process.crash(point)
  // The next turn that writes comes with the next message; a process that is still up by then just stops.
  schedule.after(Math.min(CRASH_WITHIN_MS, downMs), () => {
    if (resident.process === process) process.crash('now')
    schedule.after(downMs, () => {
      if (resident.process === undefined && !resident.isAway) boot(resident)
    })
  })
}

function submit(
  manifest: JobManifest,
  resident: Resident,
  process: Process,
  { jobs, onlooker }: IncidentDependencies,
): void {
  jobs.set(holdingKey(process.me, manifest.job_id), manifest)
  process.attempt(process.runtime.submit(manifest).then(() => onlooker.submitted(resident, manifest)))
}

/** Lets the user of a peer do something. */
function act(
  incident: Exclude<Incident, { kind: 'partition' | 'crash' | 'submit' }>,
  process: Process,
): void {
  const at_ms = process.nowMs()
  switch (incident.kind) {
    case 'cancel':
      return process.dispatch({ kind: 'job-cancelled', at_ms, job_id: incident.job })
    case 'lower': {
      const { job: job_id, redundancy } = incident
      return process.dispatch({ kind: 'job-redundancy-lowered', at_ms, job_id, redundancy })
    }
    case 'trust':
      return process.dispatch({ kind: 'trust-set', at_ms, peer: incident.other, trust: incident.trust })
    case 'forget':
      return process.dispatch({ kind: 'forgotten', at_ms, peer: incident.other })
    case 'share':
      return process.dispatch({ kind: 'availability-set', at_ms, availability: incident.availability })
    case 'policy':
      return process.dispatch({ kind: 'policy-set', at_ms, policy: incident.policy })
    case 'pause': {
      const until_ms = at_ms + incident.lastsMs
      return process.dispatch({
        kind: 'sharing-paused',
        at_ms,
        until_ms,
        finish_first: incident.finishFirst,
      })
    }
  }
}

function describe(incident: Incident): string {
  const { kind } = incident
  switch (incident.kind) {
    case 'submit': {
      const { job_id, unit_count, verification_redundancy, estimated_duration_seconds } = incident.manifest
      return `submit ${job_id} of ${incident.peer.slice(-6)}: ${unit_count} units × ${verification_redundancy}, ${estimated_duration_seconds} s`
    }
    case 'policy':
      return `policy of ${incident.peer.slice(-6)}: ${JSON.stringify(incident.policy)}`
    case 'partition':
      return `partition ${incident.groups.map((group) => group.map((peer) => peer.slice(-6)).join(' ')).join(' | ')} for ${incident.lastsMs} ms`
    case 'crash':
      return `crash ${incident.peer.slice(-6)} ${incident.point}, down ${incident.downMs} ms`
    case 'trust':
      return `trust of ${incident.peer.slice(-6)} in ${incident.other.slice(-6)}: ${incident.trust}`
    case 'forget':
      return `${incident.peer.slice(-6)} forgets ${incident.other.slice(-6)}`
    case 'pause':
      return `pause ${incident.peer.slice(-6)} for ${incident.lastsMs} ms${incident.finishFirst ? ', finish first' : ''}`
    case 'lower':
      return `${incident.redundancy} peers for each unit of ${incident.job} of ${incident.peer.slice(-6)}`
    case 'cancel':
    case 'share':
      return `${kind} ${incident.peer.slice(-6)}`
  }
}
