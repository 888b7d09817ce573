import type { DurableEvent } from '../peer/event.ts'
import { openCount } from '../peer/requester/unit-book.ts'
import type { JobId } from '../protocol/ids.ts'
import type { Process } from './process/process.ts'
import type { World } from './world.ts'

/** The measures of a run. */
export interface Measures {
  /** Messages sent by each peer on average, answers not among them. */
  readonly messagesPerPeer: number
  /** Matchings of a provider, at most, from a job's submission until all of its units were given out first; the mean over jobs. */
  readonly roundsToConvergence: number
  /** Unit runs whose result was among those that agreed, as a share of all. */
  readonly efficiency: number
}

/** Measures a run as it goes on. */
export interface Meter {
  turned(process: Process, durable: readonly DurableEvent[]): void
  /** A unit starts to run. */
  started(): void
  measures(): Measures
}

/** Creates the meter of a world. */
export function createMeter(world: () => World): Meter {
  /** Each provider's matchings when a job was submitted, until its units are all given out. */
  const submittedAt = new Map<string, ReadonlyMap<Process, number>>()
  const rounds: number[] = []
  const verified = new Set<string>()
  let runs = 0
  let useful = 0

  function processes(): Process[] {
    return [...world().residents.values()].flatMap(({ process }) => process ?? [])
  }

  function givenOut({ me, state }: Process, id: JobId): void {
    const key = `${me}/${id}`
    const before = submittedAt.get(key)
    const job = state.requester.jobs.get(id)
    if (before === undefined || job === undefined || openCount(job) > 0) return
    submittedAt.delete(key)
    rounds.push(Math.max(...processes().map((one) => one.state.view.round - (before.get(one) ?? 0))))
  }

  function countUseful(
    { me, state }: Process,
    { job_id, receipts }: DurableEvent & { kind: 'results-received' },
  ): void {
    const job = state.requester.jobs.get(job_id)
    for (const { unit_index } of receipts) {
      const winners = job?.units.get(unit_index)?.verified?.winners.length ?? 0
      const key = `${me}/${job_id}/${unit_index}`
      if (winners === 0 || verified.has(key)) continue
      verified.add(key)
      useful += winners
    }
  }

  return {
    turned(process, durable) {
      for (const event of durable) {
        if (event.kind === 'job-submitted') {
          const now = new Map(processes().map((one) => [one, one.state.view.round]))
          submittedAt.set(`${process.me}/${event.manifest.job_id}`, now)
        }
        if (event.kind === 'awards-issued') for (const { job_id } of event.awards) givenOut(process, job_id)
        if (event.kind === 'results-received') countUseful(process, event)
      }
    },
    started() {
      runs++
    },
    measures() {
      const { network, residents } = world()
      return {
        messagesPerPeer: Math.round(network.sent / residents.size),
        roundsToConvergence: rounded(
          rounds.reduce((sum, some) => sum + some, 0) / Math.max(1, rounds.length),
        ),
        efficiency: rounded(useful / Math.max(1, runs)),
      }
    },
  }
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000
}
