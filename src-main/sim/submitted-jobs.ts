import type { JobState } from '../peer/requester/slice.ts'
import { trustOf } from '../peer/pairing/trust.ts'
import type { JobId, PeerId } from '../protocol/ids.ts'
import { isSafe, quorum } from './audit/quorum.ts'
import { engineOfMachine, isHonest, mayAccuse } from './character.ts'
import type { Process } from './process/process.ts'
import type { Scenario } from './scenario.ts'
import type { World } from './world.ts'

/** A job that a requester has submitted. */
export interface SubmittedJob {
  readonly requester: PeerId
  readonly job: JobId
}

/** A submitted job's state now, or at its end; undefined while its requester's program does not run. */
export function jobOf({ residents }: World, { requester, job }: SubmittedJob): JobState | undefined {
  return residents.get(requester)?.process?.runtime.jobs.find(job)
}

/** Whether a job has what it takes to end well: enough honest providers of one engine, and fewer liars than its quorum. */
export function canEnd(world: World, { peers }: Scenario, { requester, job: id }: SubmittedJob): boolean {
  const asking = world.residents.get(requester)?.process
  const job = asking?.state.requester.jobs.get(id)
  if (asking === undefined || job === undefined) return false
  const { verification_redundancy: redundancy } = job.manifest
  const accusers = peers.filter(({ character }) => mayAccuse(character)).length
  if (!isSafe(redundancy, peers) && redundancy > 1) return false
  if (redundancy === 1 ? accusers > 0 : accusers >= quorum(redundancy)) return false
  const willing = [...world.residents.values()].filter(({ process, plan }) => {
    if (process === undefined || !isHonest(plan.character)) return false
    return process.state.sharing.availability.kind === 'always' && workTogether(process, asking)
  })
  const engines = willing.map(({ plan }) => engineOfMachine(plan.machine))
  return engines.some((engine) => engines.filter((other) => other === engine).length >= quorum(redundancy))
}

/** Users cancel their jobs that are still running. */
export function cancelRunning({ residents }: World): void {
  for (const { process } of residents.values()) {
    for (const [job_id, { status }] of process?.state.requester.jobs ?? []) {
      if (status.state !== 'running') continue
      process?.dispatch({ kind: 'job-cancelled', at_ms: process.nowMs(), job_id })
    }
  }
}

/** Describes the first open units of these jobs, with the attempts that were made. */
export function describeOpen(jobs: readonly JobState[]): string {
  const open = jobs.filter((job) => job.status.state === 'running')
  const units = open.flatMap((job) =>
    Array.from({ length: job.manifest.unit_count }, (_, index) => index)
      .filter((index) => job.units.get(index)?.verified?.stored !== true)
      .slice(0, 3)
      .map((index) => {
        const unit = job.units.get(index)
        const tries = unit?.attempts.map(
          ({ attempt, peer, status }) =>
            `${attempt}:${peer.slice(-6)}:${status.state}${'why' in status ? `-${status.why}` : ''}`,
        )
        return `${job.manifest.job_id}:${index} [${tries?.join(' ') ?? 'untouched'}] ${unit?.verified ? 'verified, not stored' : ''}`
      }),
  )
  return `open without end: ${units.join('; ')}`
}

function workTogether(provider: Process, requester: Process): boolean {
  if (provider.me === requester.me) return true
  return trustOf(provider.state, requester.me) > 0 && trustOf(requester.state, provider.me) > 0
}
