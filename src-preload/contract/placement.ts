import { z } from 'zod'
import { Cid } from '../../src-main/protocol/ids.ts'
import { ComputeResource } from '../../src-main/protocol/resource.ts'
import { AtMs } from './procedure.ts'

/** The last moment of the year 9999: later ones have no timestamp that the protocol knows. */
const MOMENT_MS_MAX = 253_402_300_799_999

/** A moment by which something should be done, in milliseconds since 1970. */
export const DeadlineMs = z.int().min(0).max(MOMENT_MS_MAX)
export type DeadlineMs = z.infer<typeof DeadlineMs>

const { disk_gb, network_mbps, gpu_vram_gb } = ComputeResource.shape

/** Needs of one unit besides those of its kind of work. */
export const UnitNeeds = z.strictObject({ disk_gb, network_mbps, gpu_vram_gb })
export type UnitNeeds = z.infer<typeof UnitNeeds>

/** Where, until when and how openly a job's units should be computed; the same for every kind of job. */
export const placement = {
  /**
   * When it should be done: among jobs of one priority the nearest deadline goes first, and one that cannot be met is
   * reported.
   */
  deadline_ms: DeadlineMs.exactOptional(),
  /** A blob: units go first to peers that hold it as a whole. It need not be among the inputs. */
  dataset: Cid.exactOptional(),
  needs: UnitNeeds.exactOptional(),
  /**
   * Whether inputs, parameters, description and outputs are encrypted by a key of the job's own, which its providers
   * get with their units: other peers that store or relay them can read nothing. Not together with a dataset
   * (`bad-input`).
   */
  encrypt: z.boolean().exactOptional(),
}

/** A deadline that is expected to be missed. */
export const DeadlineRisk = z.strictObject({
  /** The expected end of the job, to the minute; absent where no PC could do it now. */
  expected_end_ms: AtMs.exactOptional(),
})
export type DeadlineRisk = z.infer<typeof DeadlineRisk>
