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

/** What one unit needs besides what its kind of work needs anyway. */
export const UnitNeeds = z.strictObject({ disk_gb, network_mbps, gpu_vram_gb })
export type UnitNeeds = z.infer<typeof UnitNeeds>

/** Where, until when and how openly a job's units should be computed; the same for every kind of job. */
export const placement = {
  /** When it should be done: of jobs of one priority the nearest deadline goes first, and one that cannot be met is told. */
  deadline_ms: DeadlineMs.exactOptional(),
  /** A blob: units go first to those who hold it as a whole. It need not be among the inputs. */
  dataset: Cid.exactOptional(),
  needs: UnitNeeds.exactOptional(),
  /**
   * Whether inputs, parameters, description and outputs are encrypted by a key of the job's own, which those who compute it
   * get with their units: whoever else stores or relays them sees nothing. Not together with a dataset (`bad-input`).
   */
  encrypt: z.boolean().exactOptional(),
}

/** A deadline that will be missed as things are. */
export const DeadlineRisk = z.strictObject({
  /** When the job will be done instead, to the minute; absent where nobody could do it now. */
  expected_end_ms: AtMs.exactOptional(),
})
export type DeadlineRisk = z.infer<typeof DeadlineRisk>
