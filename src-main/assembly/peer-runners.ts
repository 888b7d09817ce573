import { join } from 'node:path'
import { createRunner } from '../compute/runner.ts'
import type { Clock } from '../ports/clock.ts'
import type { ComputeHosts, Runner } from '../ports/runner.ts'

/** How a peer runs units. */
export interface RunnerOptions {
  /** Puts something between the peer and its runner; for demonstrations of what the mesh withstands. */
  readonly wrapRunner?: (runner: Runner) => Runner
  /** The module with the `libraries` that run here, instead of the program's own; for measurements of the mesh. */
  readonly registry?: URL
}

/** The runners of a peer, and the processes behind them. */
export interface PeerRunners {
  /** Runs own jobs. */
  readonly runner: Runner
  /** Runs others' jobs in processes of its own: they can be stopped, slowed and measured apart from own jobs. */
  readonly lentRunner: Runner
  readonly ownHosts: ComputeHosts
  readonly lentHosts: ComputeHosts
  readonly hostPids: () => readonly number[]
}

/** Creates a peer's runners. */
export function createPeerRunners(
  { folder, registry, wrapRunner = (runner) => runner }: RunnerOptions & { readonly folder: string },
  { clock, blobFolder }: { readonly clock: Clock; readonly blobFolder: string },
): PeerRunners {
  const hosting = { clock, blobFolder, workers: 1, ...(registry === undefined ? {} : { registry }) }
  const ownHosts = createRunner({ ...hosting, stagingFolder: join(folder, 'staging') })
  const lentHosts = createRunner({ ...hosting, stagingFolder: join(folder, 'staging-lent') })
  return {
    runner: wrapRunner(ownHosts),
    lentRunner: wrapRunner(lentHosts),
    ownHosts,
    lentHosts,
    hostPids: () => [...ownHosts.pids(), ...lentHosts.pids()],
  }
}
