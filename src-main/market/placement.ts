import { OFFER_BLOCK_UNITS_MAX } from '../protocol/limits.ts'
import type { AllocationInput, PlannedOffer } from './allocation.ts'
import { deadlineOf, type Job } from './open-work.ts'
import { freeUntil, take } from './slot-profile.ts'
import type { Opening, SlotQueue } from './slot-queue.ts'
import type { Tier } from './trust.ts'
import { kindKey, workKind, type PlannedSlot, type WorkKind } from './work-kind.ts'

/** A job, and the slots that are open to it in its class. */
export interface Member {
  readonly job: Job
  readonly kind: WorkKind
  readonly queue: SlotQueue
}

/** Jobs that nothing but rendezvous tells apart, and the equally near slots that they may go to. */
export interface PlacementClass {
  readonly tier: Tier
  readonly trust: number
  readonly priority: number
  readonly locality: number
  readonly members: Member[]
}

/** A plan in the making. */
export interface Planning {
  readonly input: AllocationInput
  readonly slots: readonly PlannedSlot[]
  readonly offers: PlannedOffer[]
}

/** Every job with every level of locality that the slots have for it, sorted into classes of equals within their tier. */
export function placementClasses(jobs: readonly Job[], { input, slots }: Planning): PlacementClass[] {
  const kinds = new Map<string, WorkKind>()
  const classes = new Map<string, PlacementClass>()
  for (const job of jobs) {
    const { template, tier, trust } = job.work
    const key = kindKey(template)
    const kind = kinds.get(key) ?? workKind(template, slots, input.nowMs, input.nowMs + input.horizonMs)
    kinds.set(key, kind)
    for (const { locality, queue } of kind.levels) {
      const classKey = `${tier}/${trust}/${template.priority}/${locality}`
      const existing = classes.get(classKey)
      const found = existing ?? { tier, trust, priority: template.priority, locality, members: [] }
      found.members.push({ job, kind, queue })
      classes.set(classKey, found)
    }
  }
  return [...classes.values()].sort(
    (a, b) => b.trust - a.trust || b.priority - a.priority || b.locality - a.locality,
  )
}

/**
 * Places a class level by level; within a level its jobs take turns, so that none starves beside its equal.
 * `inTime` leaves out what cannot end by its deadline.
 */
export function placeClass({ members }: PlacementClass, planning: Planning, inTime: boolean): void {
  const turnMs = roomMs(planning) / members.length
  let active = members
  while (active.length > 0) {
    const level = active.reduce(
      (least, { job }) => Math.min(least, job.blocks.peek()?.level ?? Number.POSITIVE_INFINITY),
      Number.POSITIVE_INFINITY,
    )
    let turn = active
    while (turn.length > 0) {
      const full = new Set<Job>()
      const next = turn.filter((member) => {
        const end = placeTurn(member, { level, turnMs, inTime }, planning)
        if (end === 'no-room') full.add(member.job)
        return end === 'turn-over'
      })
      if (full.size > 0) active = active.filter(({ job }) => !full.has(job))
      turn = next
    }
    active = active.filter(({ job }) => job.blocks.peek() !== undefined)
  }
}

/** A job's turn among its equals. */
interface Turn {
  readonly level: number
  /** About how long the offers of one turn are, in sum. */
  readonly turnMs: number
  readonly inTime: boolean
}

/** Places blocks of one level until the turn is over, the level has no more of them, or there is no room. */
function placeTurn(
  member: Member,
  { level, turnMs, inTime }: Turn,
  planning: Planning,
): 'turn-over' | 'level-done' | 'no-room' {
  let leftMs = turnMs
  do {
    if (member.job.blocks.peek()?.level !== level) return 'level-done'
    const placedMs = placeBlock(member, planning, inTime)
    if (placedMs === undefined) return 'no-room'
    leftMs -= placedMs
  } while (leftMs > 0)
  return 'turn-over'
}

/** The time within the horizon of all slots together: what equals share in their turns. */
function roomMs({ input, slots }: Planning): number {
  const horizonEndMs = input.nowMs + input.horizonMs
  return slots.reduce(
    (sum, { profile }) => sum + Math.max(0, Math.min(horizonEndMs, profile.endMs) - profile.startMs),
    0,
  )
}

/**
 * Places one block of a job where it ends first.
 * @returns how long the block is; undefined when no more of the job can be placed
 */
function placeBlock({ job, kind, queue }: Member, planning: Planning, inTime: boolean): number | undefined {
  const { input, offers } = planning
  if (offers.length >= input.offersMax) return undefined
  const opening = queue.earliest()
  const block = job.blocks.peek()
  if (opening === undefined || block === undefined) return undefined
  const limitMs = inTime ? deadlineOf(job.work) : Number.POSITIVE_INFINITY
  const count = unitsThatFit(opening, kind, Math.min(block.count, blockUnitsMax(opening, input)), limitMs)
  if (count === 0) return undefined
  const { profile, durationMs } = opening.candidate
  const endMs = opening.startMs + Math.ceil(count * durationMs)
  take(profile, kind.demand, opening.startMs, endMs)
  job.blocks.consume(count)
  offers.push({
    slotId: planning.slots[opening.candidate.order]?.facts.slot.slot_id ?? '',
    tier: job.work.tier,
    requester: job.work.requester,
    jobId: job.work.template.job_id,
    first: block.first,
    count,
    startMs: opening.startMs,
    endMs,
    resources: job.work.template.required_resources,
  })
  return endMs - opening.startMs
}

function blockUnitsMax({ candidate }: Opening, { blockMs }: AllocationInput): number {
  return Math.min(OFFER_BLOCK_UNITS_MAX, Math.max(1, Math.floor(blockMs / candidate.durationMs)))
}

/** How many units, at most `countMax`, can run one after the other from an opening on and end by `limitMs`. */
function unitsThatFit(
  { candidate: { profile, durationMs }, startMs }: Opening,
  { demand }: WorkKind,
  countMax: number,
  limitMs: number,
): number {
  const wantedMs = startMs + Math.ceil(countMax * durationMs)
  const roomMs = freeUntil(profile, demand, startMs, Math.min(wantedMs, limitMs)) - startMs
  let count = Math.min(countMax, Math.floor(roomMs / durationMs))
  while (count > 0 && Math.ceil(count * durationMs) > roomMs) count--
  return Math.max(0, count)
}
