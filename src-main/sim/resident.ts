import type { JobManifest } from '../protocol/work.ts'
import type { Conduct } from './process/conduct.ts'
import type { Disk } from './process/disk.ts'
import type { Process } from './process/process.ts'
import type { Watcher } from './process/watcher.ts'
import type { PlannedPeer } from './scenario.ts'

/** A peer of the world: its disk stays, its program comes and goes. */
export interface Resident {
  readonly plan: PlannedPeer
  readonly disk: Disk
  readonly conduct: Conduct
  process: Process | undefined
  /** Whether its person does not use this key: not yet, or no longer. */
  isAway: boolean
}

/** Observes a world: its processes, and the people and the power around them. */
export interface Onlooker extends Watcher {
  died(resident: Resident, process: Process): void
  restarted(resident: Resident, process: Process): void
  submitted(resident: Resident, manifest: JobManifest): void
  happened(line: string): void
}
