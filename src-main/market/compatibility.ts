import type { AlgorithmCapability, AvailabilitySlot, DataLocality } from '../protocol/slot.ts'
import { toMs } from '../protocol/time.ts'
import type { WorkUnit } from '../protocol/work.ts'
import { capacityOf, demandOf, fits, type Demand } from './demand.ts'

/** No unit is expected to take less: handing even an empty one to a worker takes about this long. */
export const UNIT_DURATION_MS_MIN = 0.1

/** How near a unit's data is to a slot (document 000: dataLocalityScore). */
export const LOCALITY = { local: 1, unknown: 0.5, remote: 0.3 } as const

/** Why a unit cannot run in a slot. */
export type Incompatibility = 'resources' | 'algorithm' | 'time'

/**
 * Whether a unit can run in a slot. `score` is from 0 to 1, better for fast slots that have the data: the
 * locality score times the performance score.
 */
export type Compatibility =
  | { readonly compatible: true; readonly score: number }
  | { readonly compatible: false; readonly reason: Incompatibility }

/** A slot as matching needs it: parsed once and asked many times. */
export interface SlotFacts {
  readonly slot: AvailabilitySlot
  readonly startMs: number
  readonly endMs: number
  readonly capacity: Demand
  readonly capabilities: ReadonlyMap<string, AlgorithmCapability>
  readonly localities: ReadonlyMap<string, DataLocality> | undefined
}

/** A match of a kind of unit with a slot: how near the data is and how long a unit takes there. */
export interface Match {
  readonly locality: number
  readonly durationMs: number
  readonly performance: number
}

const parsedSlots = new WeakMap<AvailabilitySlot, SlotFacts>()

/** A slot for matching; one that was read before is not read again. */
export function slotFacts(slot: AvailabilitySlot): SlotFacts {
  const known = parsedSlots.get(slot)
  if (known !== undefined) return known
  const facts = readSlot(slot)
  parsedSlots.set(slot, facts)
  return facts
}

/** Reads a slot for matching. Of two capabilities for one algorithm and version the faster supported one counts. */
function readSlot(slot: AvailabilitySlot): SlotFacts {
  const capabilities = new Map<string, AlgorithmCapability>()
  for (const capability of slot.algorithms) {
    const key = algorithmKey(capability.algorithm_id, capability.version)
    const known = capabilities.get(key)
    if (capability.supported && capability.performance_score >= (known?.performance_score ?? 0)) {
      capabilities.set(key, capability)
    }
  }
  return {
    slot,
    startMs: toMs(slot.start_time),
    endMs: toMs(slot.end_time),
    capacity: capacityOf(slot.resources),
    capabilities,
    localities: slot.data_locality && new Map(slot.data_locality.map((data) => [data.dataset_id, data])),
  }
}

/** Matches a unit with a slot; `demand` is `demandOf(unit.required_resources)`. */
export function matchUnit(
  unit: WorkUnit,
  demand: Demand,
  facts: SlotFacts,
  nowMs: number,
): Match | Incompatibility {
  const capability = facts.capabilities.get(algorithmKey(unit.algorithm_id, unit.algorithm_version))
  if (capability === undefined || !(capability.performance_score > 0)) return 'algorithm'
  if (!fits(demand, facts.capacity)) return 'resources'
  const durationMs = expectedDurationMs(unit, capability)
  if (!(facts.endMs - Math.max(facts.startMs, nowMs) >= durationMs)) return 'time'
  return { locality: localityOf(unit, facts), durationMs, performance: capability.performance_score }
}

/**
 * Whether a unit can run in a slot from now on: enough of every resource, the algorithm in exactly this version
 * and supported, and time for one unit between now (or the slot's start) and the slot's end (document 000:
 * slotWorkUnitCompatible, with every dimension and the time that has passed).
 */
export function isCompatible(unit: WorkUnit, slot: AvailabilitySlot, nowMs: number): Compatibility {
  const match = matchUnit(unit, demandOf(unit.required_resources), slotFacts(slot), nowMs)
  if (typeof match === 'string') return { compatible: false, reason: match }
  return { compatible: true, score: match.locality * match.performance }
}

/** How near a unit's data is: 1 without a dataset or with a local copy, 0.3 elsewhere, 0.5 when unknown. */
export function localityScore(unit: WorkUnit, slot: AvailabilitySlot): number {
  return localityOf(unit, slotFacts(slot))
}

/**
 * Milliseconds that one unit is expected to take with a capability: the estimate for the reference machine,
 * divided by the performance score. Never less than UNIT_DURATION_MS_MIN; infinite when the score is 0.
 */
export function expectedDurationMs(unit: WorkUnit, capability: AlgorithmCapability): number {
  if (!(capability.performance_score > 0)) return Number.POSITIVE_INFINITY
  return Math.max(
    UNIT_DURATION_MS_MIN,
    (unit.estimated_duration_seconds * 1_000) / capability.performance_score,
  )
}

function localityOf(unit: WorkUnit, facts: SlotFacts): number {
  if (unit.required_dataset === undefined) return LOCALITY.local
  const data = facts.localities?.get(unit.required_dataset)
  if (data === undefined) return LOCALITY.unknown
  return data.has_local_copy ? LOCALITY.local : LOCALITY.remote
}

function algorithmKey(id: string, version: string): string {
  return `${id}\n${version}`
}
