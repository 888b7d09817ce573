import { cpuShare } from '../../availability/cpu-share.ts'
import { weekHours, type SharedHours } from '../../availability/week-hours.ts'
import { DATASETS_HELD_MAX } from '../../protocol/limits.ts'
import type { AlgorithmCapability, AvailabilitySlot } from '../../protocol/slot.ts'
import type { WeekPlan } from '../../protocol/sharing-plan.ts'
import { slotFacts } from '../../market/compatibility.ts'
import { toMs, toTimestamp } from '../../protocol/time.ts'
import type { PeerState } from '../state.ts'
import type { SlotsMade } from '../view.ts'
import { lentLimits } from '../../protocol/unit-limits.ts'

/** A peer that shares around the clock publishes slots of this length, one after the other … */
const ROLLING_SLOT_MS = 8 * 3_600_000
/** … cut at the same moments everywhere, so that a slot keeps its id while it lasts; always two of them. */
const ROLLING_SLOTS = 2
const MS_PER_HOUR = 3_600_000
/** A painted week is published so far ahead: the week, and the day that has begun. */
const WEEK_AHEAD_MS = 8 * 24 * MS_PER_HOUR
/** Slots of a painted week that are published: two weeks' worth of mornings and evenings. Gossip carries each. */
const WEEK_SLOTS_MAX = 128
/**
 * Held datasets and engines are published only with slots that begin this soon: both change within days, and gossip
 * carries each slot.
 */
const TOLD_AHEAD_MS = MS_PER_HOUR
/** Own jobs may take as long as they like; a slot must end some time. */
const OWN_SLOT_MS = 30 * 24 * MS_PER_HOUR
const BYTES_PER_GB = 2 ** 30
const MBPS_PER_BYTE_PER_S = 8 / 1e6

/** Whether the user pauses sharing at this moment. */
export function isPausedByUser({ sharing: { pause } }: PeerState, nowMs: number): boolean {
  return pause !== undefined && (pause.untilMs === undefined || nowMs < pause.untilMs)
}

/**
 * Why no new work is taken from others now although sharing is on, in words for them. It does not reveal whether the
 * user is at this PC.
 */
export function pauseReason(state: PeerState, nowMs: number): string | undefined {
  if (state.view.isLeaving === true) return 'it is being switched off'
  if (state.view.diskFullSinceMs !== undefined) return 'its disk is full'
  if (isPausedByUser(state, nowMs)) return 'its user has paused sharing'
  if (state.view.pauseDecision?.pausedBy !== undefined) return 'sharing is paused by a rule of its user'
  return undefined
}

/** The slots that this peer shares from now on, within its limits; none while sharing is paused. */
export function sharedSlots(state: PeerState, nowMs: number): readonly AvailabilitySlot[] {
  return slotsWithData(state, nowMs, 'dataset')
}

/**
 * The same as others see it: with what is lent to one unit, by which a requester knows why none offers, with
 * the digests of held datasets instead of their CIDs, and with engines only in slots that begin soon, since requesters
 * need those alone.
 */
export function publishedSlots(state: PeerState, nowMs: number): AvailabilitySlot[] {
  return slotsWithData(state, nowMs, 'digest').map((slot) => {
    const algorithms = withLent(state, slot.algorithms)
    const isSoon = toMs(slot.start_time) <= nowMs + TOLD_AHEAD_MS
    return { ...slot, algorithms: isSoon ? withEngines(state, algorithms) : withoutEngines(algorithms) }
  })
}

function slotsWithData(
  state: PeerState,
  nowMs: number,
  by: 'dataset' | 'digest',
): readonly AvailabilitySlot[] {
  if (pauseReason(state, nowMs) !== undefined) return []
  const {
    view,
    sharing: { availability, limits },
  } = state
  const made: SlotsMade = {
    hour: Math.floor(nowMs / MS_PER_HOUR),
    of: [availability, limits, view.capabilities, view.machine, view.datasets],
  }
  const known = view.slotLists.get(by)
  if (known !== undefined && isSame(known.made, made) && nowMs < known.untilMs) return known.slots
  const slots = plannedSlots(state, nowMs).map((planned) => {
    const slot = withinLimits(state, planned)
    return toMs(slot.start_time) > nowMs + TOLD_AHEAD_MS ? slot : withDatasets(state, slot, by)
  })
  const untilMs = Math.min(...slots.map((slot) => slotFacts(slot).endMs))
  view.slotLists.set(by, { made, slots, untilMs })
  return slots
}

function isSame(a: SlotsMade, b: SlotsMade): boolean {
  return a.hour === b.hour && a.of.every((part, i) => part === b.of[i])
}

/** The slots that this peer would share from now on if nothing paused or limited it. */
export function plannedSlots(state: PeerState, nowMs: number): readonly AvailabilitySlot[] {
  const {
    sharing: { availability },
    view,
  } = state
  switch (availability.kind) {
    case 'never':
      return []
    case 'week':
      return hoursOf(state, availability.plan, nowMs)
        .filter(({ endMs }) => endMs > nowMs)
        .slice(0, WEEK_SLOTS_MAX)
        .map((hours) => weekSlot(state, hours))
    case 'slots':
      return availability.slots.filter((slot) => toMs(slot.end_time) > nowMs)
    case 'always': {
      const first = Math.floor(nowMs / ROLLING_SLOT_MS)
      return Array.from({ length: ROLLING_SLOTS }, (_, i) => ({
        slot_id: `always-${first + i}`,
        start_time: toTimestamp((first + i) * ROLLING_SLOT_MS),
        end_time: toTimestamp((first + i + 1) * ROLLING_SLOT_MS),
        resources: availability.resources,
        algorithms: [...view.capabilities],
        priority: availability.priority,
      }))
    }
  }
}

/**
 * The slot that only this user's own jobs run in, never published: the whole machine, whatever is shared or paused.
 * @returns undefined until the machine is measured
 */
export function ownSlot(state: PeerState, nowMs: number): AvailabilitySlot | undefined {
  const { view } = state
  const { machine, capabilities: algorithms } = view
  if (machine === undefined || algorithms.length === 0) return undefined
  const hour = Math.floor(nowMs / MS_PER_HOUR)
  const made: SlotsMade = { hour, of: [machine, algorithms, state.sharing.lent, view.datasets] }
  if (view.ownSlot !== undefined && isSame(view.ownSlot.made, made)) return view.ownSlot.slot
  const bare: AvailabilitySlot = {
    slot_id: 'own',
    start_time: toTimestamp(hour * MS_PER_HOUR),
    end_time: toTimestamp(hour * MS_PER_HOUR + OWN_SLOT_MS),
    resources: machine.resources,
    algorithms: withLent(state, algorithms),
    priority: 1,
  }
  const slot = withDatasets(state, bare, 'dataset')
  view.ownSlot = { made, slot }
  return slot
}

/** The slots for own jobs at this moment: the machine, or the shared slots where the machine is not known. */
export function slotsForOwn(state: PeerState, nowMs: number): AvailabilitySlot[] {
  const own = ownSlot(state, nowMs)
  return own === undefined ? publishedSlots(state, nowMs) : [own]
}

/** The first of the slots in which this moment lies. */
export function slotAt(slots: readonly AvailabilitySlot[], nowMs: number): AvailabilitySlot | undefined {
  return slots.find((slot) => {
    const { startMs, endMs } = slotFacts(slot)
    return startMs <= nowMs && nowMs < endMs
  })
}

/** The hours of a painted week from the last hour on, told anew each hour and with each plan. */
function hoursOf({ view }: PeerState, plan: WeekPlan, nowMs: number): readonly SharedHours[] {
  const hour = Math.floor(nowMs / MS_PER_HOUR)
  if (view.weekHours?.plan !== plan || view.weekHours.hour !== hour) {
    const fromMs = hour * MS_PER_HOUR
    view.weekHours = { plan, hour, hours: weekHours(plan, fromMs, fromMs + WEEK_AHEAD_MS) }
  }
  return view.weekHours.hours
}

function weekSlot({ view }: PeerState, hours: SharedHours): AvailabilitySlot {
  const { startMs, endMs, resources, priority, algorithms: only } = hours
  return {
    slot_id: `week-${startMs}`,
    start_time: toTimestamp(startMs),
    end_time: toTimestamp(endMs),
    resources,
    algorithms: view.capabilities.filter(
      ({ algorithm_id }) => only === undefined || only.includes(algorithm_id),
    ),
    priority,
  }
}

/** Fewer cores, slower ones, or less memory, as the user's limits say; and never more than the machine has. */
function withinLimits(state: PeerState, planned: AvailabilitySlot): AvailabilitySlot {
  const {
    sharing: { limits },
    view,
  } = state
  const { cpu_percent, ram_bytes } = limits
  const slot = withinMachine(state, planned)
  if (cpu_percent >= 100 && ram_bytes === undefined) return slot
  const { resources } = slot
  const ram_gb = Math.min(resources.ram_gb, (ram_bytes ?? Number.POSITIVE_INFINITY) / BYTES_PER_GB)
  if (cpu_percent >= 100) return { ...slot, resources: { ...resources, ram_gb } }
  const { workers, duty } = cpuShare(
    resources.cpu_cores,
    cpu_percent,
    view.machine?.lendsPartOfCores ?? false,
  )
  const algorithms = slot.algorithms.map((capability) => ({
    ...capability,
    performance_score: capability.performance_score * duty,
  }))
  const cpu_cores = Math.min(resources.cpu_cores, workers)
  return { ...slot, resources: { ...resources, ram_gb, cpu_cores }, algorithms }
}

/**
 * A slot with no more disk, graphics memory and network than the machine has now: it may have changed since the user
 * chose. Only a rate limit restricts the network; without one the slot has the whole line.
 */
function withinMachine({ sharing: { limits }, view }: PeerState, slot: AvailabilitySlot): AvailabilitySlot {
  if (view.machine === undefined) return slot
  const { resources: machine } = view.machine
  const { disk_gb, gpu_vram_gb, network_mbps, ...rest } = slot.resources
  const limitMbps = (limits.download_bytes_per_s ?? Number.POSITIVE_INFINITY) * MBPS_PER_BYTE_PER_S
  const most = {
    disk_gb: Math.min(disk_gb ?? 0, machine.disk_gb ?? 0),
    gpu_vram_gb: Math.min(gpu_vram_gb ?? 0, machine.gpu_vram_gb ?? 0),
    network_mbps: Math.min(network_mbps ?? Number.POSITIVE_INFINITY, machine.network_mbps ?? 0, limitMbps),
  }
  // An amount of nothing is not named.
  const named = Object.fromEntries(Object.entries(most).filter(([, value]) => value > 0))
  return { ...slot, resources: { ...rest, ...named } }
}

/**
 * A slot with the datasets that are on this disk, under their CIDs for this peer's own matching, or their digests.
 */
function withDatasets(
  { view: { datasets = [] } }: PeerState,
  slot: AvailabilitySlot,
  by: 'dataset' | 'digest',
): AvailabilitySlot {
  if (datasets.length === 0) return slot
  const held = datasets
    .slice(0, DATASETS_HELD_MAX)
    .map((one) => ({ dataset_id: one[by], has_local_copy: true }))
  return { ...slot, data_locality: held }
}

function withLent(
  { sharing: { lent } }: PeerState,
  algorithms: readonly AlgorithmCapability[],
): AlgorithmCapability[] {
  const isBound = Object.keys(lent).length > 0
  return algorithms.map((capability) => {
    if (capability.limits !== undefined) return { ...capability, limits: lentLimits(lent) }
    return isBound ? { ...capability, lent } : capability
  })
}

/** With the engines that run here now; the user's own slots name algorithms alone. */
function withEngines({ view }: PeerState, algorithms: readonly AlgorithmCapability[]): AlgorithmCapability[] {
  return withoutEngines(algorithms).map((capability) => {
    const measured = view.capabilities.find(
      ({ algorithm_id, version }) =>
        algorithm_id === capability.algorithm_id && version === capability.version,
    )
    const { engine_digest, numeric_class } = measured ?? {}
    return {
      ...capability,
      ...(engine_digest === undefined ? {} : { engine_digest }),
      ...(numeric_class === undefined ? {} : { numeric_class }),
    }
  })
}

function withoutEngines(algorithms: readonly AlgorithmCapability[]): AlgorithmCapability[] {
  return algorithms.map(({ engine_digest: _digest, numeric_class: _class, ...capability }) => capability)
}
