import { UNIT_DURATION_MS_MIN } from '../../market/compatibility.ts'
import { demandOf, laneOf } from '../../market/demand.ts'
import { LANES_MAX } from '../../protocol/limits.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { AwardedUnit } from '../../protocol/messages.ts'
import type { ExecutionReceipt } from '../../protocol/receipt.ts'
import type { ComputeResource } from '../../protocol/resource.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { Effect } from '../effect.ts'
import { holdingBookOf } from './holding-book.ts'
import { sharedSlots, slotAt } from '../sharing/shared-slots.ts'
import { holdingKey, type Holding } from './slice.ts'
import { priorityOf } from '../requester/slice.ts'
import type { HoldingAtWork } from '../view.ts'
import type { PeerState } from '../state.ts'
import { standingOfRequester } from '../pairing/trust.ts'

/** Longer units than this begin only when a lane is free, so that they can still be given back until then. */
const HAND_OVER_UNIT_MS_MAX = 750
/** The most units a lane handed over at a time, of those that take longer to hand over than to run. */
const HAND_OVER_PER_LANE_MAX = 512
/** A unit's duration must differ by this factor before it is news. */
export const UNIT_MS_NEWS = 1.25
/** How much of the average is left when one more unit has run: the last ten or twenty count. */
const FADE = 0.9

/** A holding with units that wait. */
interface Waiter {
  readonly holding: Holding
  readonly atWork: HoldingAtWork
  readonly fit: Fit
  /** How many units may be handed over beyond those that run at once. */
  readonly ahead: number
  readonly isOwn: boolean
  readonly rank: readonly number[]
  readonly units: Iterator<number>
  next: number | undefined
  readonly started: AwardedUnit[]
}

/** The resources that one unit uses, and how many units run at once. */
type Fit = NonNullable<HoldingAtWork['fit']>

/** The resources left, in the dimensions of a demand; below zero where more is handed over than runs. */
interface Room {
  readonly all: number[]
  readonly others: number[]
  /** Whether anything is handed over. */
  isEmpty: boolean
}

/** The work of this peer for a holding; begun when there is none. */
export function atWorkOf({ view }: PeerState, holding: Holding, nowMs: number): HoldingAtWork {
  const key = holdingKey(holding.requester, holding.job)
  const known = view.atWork.get(key)
  if (known !== undefined) return known
  // An offer does not count as being served: the requester waits on.
  const servedAtMs = view.waitingSinceMs.get(key) ?? nowMs
  const atWork: HoldingAtWork = { isPrepared: false, running: new Map(), servedAtMs }
  view.atWork.set(key, atWork)
  return atWork
}

/** Whether units of a holding have begun here, and what they are said to take. */
export function observedUnitMs(
  { view }: PeerState,
  requester: PeerId,
  job: Holding['job'],
): number | undefined {
  return view.atWork.get(holdingKey(requester, job))?.unitMs
}

/** The first of a holding's units: its inputs are fetched before anything of it begins. */
export function prepare(state: PeerState, holding: Holding, nowMs: number): Effect[] {
  if (state.view.atWork.has(holdingKey(holding.requester, holding.job))) return []
  atWorkOf(state, holding, nowMs)
  const { requester, job, manifestCid } = holding
  return [{ kind: 'prepare-job', requester, job, manifestCid }]
}

/**
 * Hands over as many waiting units as there are lanes for: this user's own first, then by tier and priority, equals by
 * turns. What waits meanwhile can still be given back, and a job that is urgent goes ahead of it.
 */
export function startUnits(state: PeerState, nowMs: number): Effect[] {
  const machine = workingResources(state, nowMs)
  const waiters = waitersOf(state, machine, nowMs)
  if (waiters.length === 0) return []
  const room = roomLeft(state, machine, nowMs)
  for (;;) {
    const waiter = waiters.find((one) => one.next !== undefined && fitsNow(one, room))
    if (waiter === undefined) break
    start(waiter, room, nowMs)
    if (waiters.length > 1) waiters.sort(compareWaiters)
  }
  return waiters.flatMap(({ holding: { requester, job, manifestCid }, started: units }): Effect[] =>
    units.length === 0 ? [] : [{ kind: 'run-units', requester, job, manifestCid, units }],
  )
}

function waitersOf(state: PeerState, machine: ComputeResource, nowMs: number): Waiter[] {
  const waiters: Waiter[] = []
  const { hand_over_ahead_ms } = state.policy.provider
  for (const holding of state.provider.holdings.values()) {
    const { queued } = holdingBookOf(holding)
    if (queued.size === 0) continue
    const atWork = state.view.atWork.get(holdingKey(holding.requester, holding.job))
    if (atWork === undefined || !atWork.isPrepared || queued.size <= atWork.running.size) continue
    const manifest = manifestOf(state, holding)
    const units = waitingIn(queued, atWork)
    const first = units.next()
    if (first.done === true) continue
    const fit = fitOf(atWork, manifest, machine)
    waiters.push({
      holding,
      atWork,
      fit,
      ahead: handedAhead(atWork, manifest ?? UNKNOWN, fit.lanes, hand_over_ahead_ms),
      isOwn: holding.requester === state.me,
      rank: rankOf(state, holding, manifest, atWork, nowMs),
      units,
      next: first.value,
      started: [],
    })
  }
  return waiters.length > 1 ? waiters.sort(compareWaiters) : waiters
}

/** How a job's units fit this machine; looked up again when the machine is another, or the manifest has come. */
function fitOf(atWork: HoldingAtWork, manifest: JobManifest | undefined, machine: ComputeResource): Fit {
  if (atWork.fit?.machine === machine) return atWork.fit
  const capacity = demandOf(machine)
  const lane = laneOf(demandOf((manifest ?? UNKNOWN).required_resources), capacity)
  const lanes = lane.map((needed, d) => (needed > 0 ? Math.floor((capacity[d] ?? 0) / needed) : LANES_MAX))
  const fit: Fit = { machine, lane, lanes: Math.min(...lanes) }
  if (manifest !== undefined) atWork.fit = fit
  return fit
}

/** The assumed demand of a job whose manifest is not known after a restart: one core. */
const UNKNOWN = {
  required_resources: { cpu_cores: 1, ram_gb: 0 },
  estimated_duration_seconds: 1,
} as JobManifest

function* waitingIn(queued: ReadonlySet<number>, { running }: HoldingAtWork): Generator<number, undefined> {
  for (const index of queued) if (!running.has(index)) yield index
  return undefined
}

function rankOf(
  state: PeerState,
  { requester, job }: Holding,
  manifest: JobManifest | undefined,
  { servedAtMs }: HoldingAtWork,
  nowMs: number,
): readonly number[] {
  const own = state.requester.jobs.get(job)
  if (requester === state.me && own !== undefined) return [0, 0, -priorityOf(own)]
  const commitment = state.view.commitments.get(requester)
  const request = commitment?.work_requests.find((one) => one.job_id === job)
  const tier = standingOfRequester(state, requester, commitment)?.tier ?? 2
  const starves = nowMs - servedAtMs >= state.policy.provider.starving_after_ms
  return [starves ? 1 : 2, tier, -(request?.priority ?? manifest?.priority ?? 0)]
}

function compareWaiters(a: Waiter, b: Waiter): number {
  for (let i = 0; i < a.rank.length; i++) {
    const difference = (a.rank[i] ?? 0) - (b.rank[i] ?? 0)
    if (difference !== 0) return difference
  }
  // Equals take turns: first fewer running units, then the one served longer ago.
  return a.atWork.running.size - b.atWork.running.size || a.atWork.servedAtMs - b.atWork.servedAtMs
}

/** The manifest of a holding, where it is known. */
export function manifestOf(
  state: PeerState,
  { requester, job, manifestCid }: Holding,
): JobManifest | undefined {
  const own = requester === state.me ? state.requester.jobs.get(job)?.manifest : undefined
  return own ?? state.view.manifests.get(manifestCid)
}

/** The resources in which units run: the machine's where they are known, else the shared ones; one core without either. */
function workingResources(state: PeerState, nowMs: number): ComputeResource {
  const {
    view,
    sharing: { availability },
  } = state
  if (view.machine !== undefined) return view.machine.resources
  const slot = slotAt(sharedSlots(state, nowMs), nowMs)
  if (slot !== undefined) return slot.resources
  return availability.kind === 'always' ? availability.resources : { cpu_cores: 1, ram_gb: 0 }
}

/** The resources that the units handed over leave. */
function roomLeft(state: PeerState, machine: ComputeResource, nowMs: number): Room {
  const shared = slotAt(sharedSlots(state, nowMs), nowMs)
  const all = [...demandOf(machine)]
  const room: Room = {
    all,
    others: shared === undefined ? [...all] : [...demandOf(shared.resources)],
    isEmpty: true,
  }
  for (const holding of state.provider.holdings.values()) {
    const atWork = state.view.atWork.get(holdingKey(holding.requester, holding.job))
    if (atWork === undefined || atWork.running.size === 0) continue
    const { lane } = fitOf(atWork, manifestOf(state, holding), machine)
    takeRoom(room, lane, atWork.running.size, holding.requester === state.me)
  }
  return room
}

function takeRoom(room: Room, lane: readonly number[], count: number, isOwn: boolean): void {
  for (let d = 0; d < lane.length; d++) {
    const used = (lane[d] ?? 0) * count
    room.all[d] = (room.all[d] ?? 0) - used
    if (!isOwn) room.others[d] = (room.others[d] ?? 0) - used
  }
  room.isEmpty = false
}

/** Whether a lane is free for one more unit, or will be so soon that it may as well be handed over. */
function fitsNow({ fit: { lane, lanes }, ahead, isOwn }: Waiter, room: Room): boolean {
  // A unit that needs more than there is was taken when there was more: it runs alone.
  if (lanes === 0) return room.isEmpty
  for (let d = 0; d < lane.length; d++) {
    const needed = lane[d] ?? 0
    if (needed === 0) continue
    const free = isOwn ? (room.all[d] ?? 0) : Math.min(room.all[d] ?? 0, room.others[d] ?? 0)
    if (needed * (1 - ahead) > free) return false
  }
  return true
}

/** How many units may be handed over beyond those that run at once. */
function handedAhead(atWork: HoldingAtWork, manifest: JobManifest, lanes: number, aheadMs: number): number {
  const unitMs = Math.max(UNIT_DURATION_MS_MIN, atWork.unitMs ?? manifest.estimated_duration_seconds * 1_000)
  // A unit with a part of its own fetches it when it begins: the next one is on its way meanwhile.
  const parts = manifest.parts === undefined ? 0 : lanes
  if (unitMs > HAND_OVER_UNIT_MS_MAX) return parts
  // While few are handed over, a short unit takes mostly the way there and back: its run says how many fill the lanes.
  const runMs = Math.max(UNIT_DURATION_MS_MIN, Math.min(unitMs, atWork.runMs ?? unitMs))
  return Math.min(lanes * HAND_OVER_PER_LANE_MAX, Math.max(parts, Math.ceil((lanes * aheadMs) / runMs)))
}

function start(waiter: Waiter, room: Room, nowMs: number): void {
  const { holding, atWork, fit, isOwn, next } = waiter
  const held = next === undefined ? undefined : holding.units.get(next)
  if (next !== undefined && held !== undefined) {
    const handed = atWork.running.size + 1
    const laneShare = Math.min(Math.max(1, fit.lanes), handed) / handed
    atWork.running.set(next, { begunAtMs: nowMs, laneShare })
    atWork.servedAtMs = nowMs
    takeRoom(room, fit.lane, 1, isOwn)
    waiter.started.push({ unit_index: next, attempt: held.attempt, role: 'primary' })
  }
  const following = waiter.units.next()
  waiter.next = following.done === true ? undefined : following.value
}

/**
 * Units that have ended here: what they took is what the next ones are expected to take. What has failed says nothing of
 * that: a machine that fails at once is not a fast one.
 */
export function noteRan(
  state: PeerState,
  holding: Holding,
  receipts: readonly ExecutionReceipt[],
  atMs: number,
): void {
  const atWork = state.view.atWork.get(holdingKey(holding.requester, holding.job))
  for (const { unit_index, outcome } of receipts) {
    const ran = atWork?.running.get(unit_index)
    if (atWork === undefined || ran === undefined) continue
    atWork.running.delete(unit_index)
    if (outcome.kind === 'fault') continue
    const tookMs = Math.max(UNIT_DURATION_MS_MIN, (atMs - ran.begunAtMs) * ran.laneShare)
    atWork.unitMs = faded(atWork.unitMs, tookMs)
    atWork.runMs = faded(atWork.runMs, outcome.metrics.wall_ms)
  }
}

function faded(before: number | undefined, newest: number): number {
  return before === undefined ? newest : before * FADE + newest * (1 - FADE)
}

/** Whether what a unit takes is another thing now than when it was last offered. */
export function isUnitTimeNews({ view }: PeerState, { requester, job }: Holding): boolean {
  const { unitMs, offeredUnitMs } = view.atWork.get(holdingKey(requester, job)) ?? {}
  if (unitMs === undefined) return false
  return (
    offeredUnitMs === undefined ||
    unitMs > offeredUnitMs * UNIT_MS_NEWS ||
    unitMs * UNIT_MS_NEWS < offeredUnitMs
  )
}

/** Units that will not run here, or not any longer. */
export function forgetRunning(state: PeerState, holding: Holding, units: Iterable<number>): void {
  const running = state.view.atWork.get(holdingKey(holding.requester, holding.job))?.running
  for (const unit of units) running?.delete(unit)
}

/** Whether a unit waits here and has not begun. */
export function isWaiting(state: PeerState, holding: Holding, unit: number): boolean {
  const running = state.view.atWork.get(holdingKey(holding.requester, holding.job))?.running
  return holding.units.get(unit)?.status.state === 'queued' && running?.has(unit) !== true
}
