import { z } from 'zod'
import { NamedComparator } from './comparator.ts'
import { Cid, JobId, Name, PeerId, UnitId, unitId } from './ids.ts'
import {
  INLINE_UNITS_MAX,
  INPUTS_MAX,
  JOB_UNITS_MAX,
  OPEN_RANGES_MAX,
  PARAMS_NESTING_MAX,
  PARTS_MAX,
  REDUNDANCY_MAX,
} from './limits.ts'
import { Budget, ByteCount, Price } from './quantities.ts'
import { ComputeResource } from './resource.ts'
import { Fraction } from './slot.ts'
import { currentManifest } from './older-manifest.ts'
import { Timestamp } from './time.ts'
import { UnitLimits } from './unit-limits.ts'

/** A unit's index within its job, counted from 0. */
export const UnitIndex = z
  .int()
  .min(0)
  .max(JOB_UNITS_MAX - 1)
export type UnitIndex = z.infer<typeof UnitIndex>

/** Seconds that a unit takes on one core of a machine whose performance score is 1. */
const EstimatedDuration = z.number().min(0).max(604_800)

/** How many distinct peers compute a unit. */
/** How many different peers compute each unit of a job. */
export const Redundancy = z.int().min(1).max(REDUNDANCY_MAX)

/** One piece of work for one slot (document 000). */
export const WorkUnit = z.object({
  unit_id: UnitId,
  job_id: JobId,
  algorithm_id: Name,
  algorithm_version: Name,
  required_resources: ComputeResource,
  required_dataset: Name.exactOptional(),
  estimated_duration_seconds: EstimatedDuration,
  priority: Fraction,
  verification_redundancy: Redundancy.default(1),
})
export type WorkUnit = z.infer<typeof WorkUnit>

/** Unit indices from the first (inclusive) to the second (exclusive). */
export const UnitRange = z
  .tuple([UnitIndex, z.int().min(1).max(JOB_UNITS_MAX)])
  .refine(([from, to]) => from < to, 'an empty range of units')
export type UnitRange = z.infer<typeof UnitRange>

/**
 * Work that a peer wants done (document 000). A small request writes its units out; a large one names its job's
 * manifest and the ranges of units that still want offers, so that a gossip message stays small.
 */
export const WorkRequest = z.object({
  request_id: Name,
  requester_id: PeerId,
  job_id: JobId,
  work_units: z.array(WorkUnit).max(INLINE_UNITS_MAX),
  deadline: Timestamp.exactOptional(),
  /** The requester's current priority; the manifest's, which cannot change, when absent. */
  priority: Fraction.exactOptional(),
  timestamp: Timestamp,
  manifest_cid: Cid.exactOptional(),
  open_ranges: z.array(UnitRange).max(OPEN_RANGES_MAX).exactOptional(),
  /** Units that have no verdict yet: while there are any, idle providers may be given some of them a second time. */
  unfinished: z.int().min(0).max(JOB_UNITS_MAX).exactOptional(),
})
export type WorkRequest = z.infer<typeof WorkRequest>

/**
 * Units that lie side by side, such as the tiles of a picture: unit n is in cell `n % (columns * rows)`, in rows from the
 * top left.
 */
export const UnitGrid = z.object({
  columns: z.int().min(1).max(JOB_UNITS_MAX),
  rows: z.int().min(1).max(JOB_UNITS_MAX),
})
export type UnitGrid = z.infer<typeof UnitGrid>

/** JSON as an algorithm's parameters may use it. */
export const Params = z
  .record(z.string().max(100), z.json())
  .refine((params) => isNestedAtMost(params, PARAMS_NESTING_MAX), 'parameters nested too deep')
export type Params = z.infer<typeof Params>

/** How an encrypted job's blobs are sealed. */
export const SEALED = 'sealed-1'

/**
 * Marks a job whose inputs, parts and outputs are sealed by its key, and names the blob of the fields that its manifest
 * leaves out.
 */
export const Encryption = z.object({
  scheme: z.literal(SEALED),
  /** A `JobSecrets` blob, sealed like the inputs. */
  secrets: Cid,
})
export type Encryption = z.infer<typeof Encryption>

/**
 * How a job's result is made of its units' outputs: `assembled` by the rules of its kind, `joined` one output after the
 * other, or `reduced` by a module that reads them joined.
 */
export type ResultRule = 'assembled' | 'joined' | 'reduced'

const ManifestFields = z.object({
  job_id: JobId,
  requester_id: PeerId,
  description: z.string().max(500),
  algorithm_id: Name,
  algorithm_version: Name,
  params: Params,
  inputs: z
    .record(z.string().max(100), Cid)
    .refine((r) => Object.keys(r).length <= INPUTS_MAX, 'too many inputs'),
  /** Bytes of each input by its role, by the requester's word: they give the estimate of the time to fetch them. */
  input_bytes: z
    .record(z.string().max(100), ByteCount)
    .refine((r) => Object.keys(r).length <= INPUTS_MAX, 'too many inputs')
    .exactOptional(),
  /** A `PartList` blob: the input, in the role `input`, that each unit has besides. */
  parts: Cid.exactOptional(),
  /** Bytes of all parts together. */
  parts_bytes: ByteCount.exactOptional(),
  unit_count: z.int().min(1).max(JOB_UNITS_MAX),
  /**
   * Present where units are to be given out from the centre of a grid outwards. A wish of the requester's to itself:
   * providers compute what they are given.
   */
  unit_grid: UnitGrid.exactOptional(),
  required_resources: ComputeResource,
  required_dataset: Name.exactOptional(),
  estimated_duration_seconds: EstimatedDuration,
  priority: Fraction,
  verification_redundancy: Redundancy,
  deadline: Timestamp.exactOptional(),
  created_at: Timestamp,
  /** The most that one unit may use; always there where the units run strangers' code, absent for our own algorithms. */
  limits: UnitLimits.exactOptional(),
  /** The kind of runner that the units need: `cpu` when absent. Peers do not take units of a runner that they lack. */
  runner: Name.exactOptional(),
  /** The rule by which outputs are compared: `exact-hash` when absent. Peers do not take units of an unknown rule. */
  comparator: NamedComparator.exactOptional(),
  /**
   * How the result is made: a `ResultRule`, or one that only a newer version knows. Providers need not know it. Absent from
   * manifests of older versions.
   */
  result: Name.exactOptional(),
  /** What the requester offers for one verified unit of one provider; reserved for the ledger, decided by nothing yet. */
  price_per_unit: Price.exactOptional(),
  /** The most that the job may cost in all; reserved like the price. */
  budget: Budget.exactOptional(),
  /** Present when the blobs that are named here are sealed. */
  encryption: Encryption.exactOptional(),
})

/** The text of a job's description, as its requester wrote it. */
export const JobDescription = ManifestFields.shape.description

/**
 * Everything that a provider must know of a job before it offers (documents 002 and 003, TaskIntent): a blob, named by
 * its CID. Units differ only by their index; the algorithm knows its meaning. How a unit is run, compared and put
 * together is data here, so that no peer decides by an algorithm's name. Reads manifests of older versions too.
 */
export const JobManifest = z.preprocess(currentManifest, ManifestFields)
export type JobManifest = z.infer<typeof ManifestFields>

function isNestedAtMost(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((field) => isNestedAtMost(field, levels - 1))
}

/** The inputs of a job that was split, one per unit in order: a blob of its own, because it may be long. */
export const PartList = z.array(Cid).min(1).max(PARTS_MAX)
export type PartList = z.infer<typeof PartList>

/** One unit of a manifest, written out. */
export function unitOfManifest(manifest: JobManifest, index: number): WorkUnit {
  return {
    unit_id: unitId(manifest.job_id, index),
    job_id: manifest.job_id,
    algorithm_id: manifest.algorithm_id,
    algorithm_version: manifest.algorithm_version,
    required_resources: manifest.required_resources,
    ...(manifest.required_dataset === undefined ? {} : { required_dataset: manifest.required_dataset }),
    estimated_duration_seconds: manifest.estimated_duration_seconds,
    priority: manifest.priority,
    verification_redundancy: manifest.verification_redundancy,
  }
}
