import { workerDataBytes } from '../../protocol/job-kinds/job-kind.ts'
import {
  PAGE_BYTES,
  REFERENCE_FUEL_PER_SECOND,
  UnitLimits,
  type LimitsSet,
} from '../../protocol/unit-limits.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { timeLimitMs } from '../requester/time-limit.ts'

/**
 * A unit may use this many times the fuel of its estimate. Scenes of a million triangles were measured to use four
 * times of it, and usual ones less than once.
 */
const FUEL_FACTOR = 50
/** Fuel that every unit may use: as much as a module that names no limit. */
const FUEL_MIN = UnitLimits.parse({}).fuel

/** The part of a manifest that bounds a unit whose job sets no limits. */
export type Bounding = Pick<
  JobManifest,
  'limits' | 'required_resources' | 'estimated_duration_seconds' | 'input_bytes'
>

/**
 * The most that one unit of a job may use, as its manifest says. Of our own algorithms, whose jobs set no limits: the
 * memory that it asks for, and of time and fuel a bound that only a defect meets. It is the same on every peer, so that
 * a unit that goes beyond it does so everywhere.
 */
export function boundsOf(manifest: Bounding): LimitsSet {
  const { limits, required_resources, estimated_duration_seconds, input_bytes = {} } = manifest
  if (limits !== undefined) return limits
  const fuel = Math.ceil(estimated_duration_seconds * REFERENCE_FUEL_PER_SECOND * FUEL_FACTOR)
  return {
    fuel: Math.min(Number.MAX_SAFE_INTEGER, Math.max(FUEL_MIN, fuel)),
    memory_pages: Math.ceil(workerDataBytes(required_resources.ram_gb) / PAGE_BYTES),
    input_bytes: Object.values(input_bytes).reduce((sum, bytes) => sum + bytes, 0),
    wall_ms: timeLimitMs(manifest),
  }
}
