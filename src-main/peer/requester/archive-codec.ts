import { z } from 'zod'
import type { Outcome } from '../../protocol/fault.ts'
import { UnitIndex } from '../../protocol/work.ts'
import { decodeVersioned, encodeVersioned, type Upgrades } from '../record-version.ts'
import { mapOf, withEntries } from '../saved-map.ts'
import { withArchived } from './archived.ts'
import { JobState, UnitState } from './slice.ts'

/** An ended job without its units, or some of its units; each as the history holds it. */
const ENTRY_BYTES_MAX = 64 << 20

/** Entries of the history are in the form of snapshots, and are upgraded as they are. */
const UPGRADES: Upgrades = new Map()

const Units = z.object({ units: mapOf(UnitIndex, UnitState) })

/** Units as the history holds them. */
export function encodeUnits(units: ReadonlyMap<number, UnitState>): Uint8Array {
  return encodeVersioned(withEntries({ units }))
}

/** Units out of the history. @returns `malformed` and the like for those of another program or version */
export function decodeUnits(bytes: Uint8Array): Outcome<Map<number, UnitState>> {
  const decoded = decodeVersioned(bytes, Units, ENTRY_BYTES_MAX, UPGRADES)
  return decoded.ok ? { ok: true, value: decoded.value.units } : decoded
}

/** An ended job as the history holds it: with the sums over all its units, which lie beside it. */
export function encodeEndedJob(job: JobState): Uint8Array {
  const archived = withArchived(job, job.units.keys())
  return encodeVersioned(withEntries({ ...job, units: new Map(), archived }))
}

/** An ended job out of the history. @returns as `decodeUnits` */
export function decodeEndedJob(bytes: Uint8Array): Outcome<JobState> {
  return decodeVersioned(bytes, JobState, ENTRY_BYTES_MAX, UPGRADES)
}
