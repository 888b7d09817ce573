import { UnitLimits } from '../../protocol/unit-limits.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PeerId } from '../../protocol/ids.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import {
  cidOf,
  createBrain,
  JOB,
  manifestCidOf,
  manifestOf,
  ME,
  NOON,
  offerOf,
  peerOf,
  receiptOf,
  restarted,
  type Brain,
} from '../brain.fixture.ts'
import type { PeerEvent } from '../event.ts'
import { holdingBookOf } from '../provider/holding-book.ts'
import type { JobState } from './slice.ts'
import { isTimeOut } from './time-outs.ts'
import { holdersOf, missingOf } from './unit.ts'
import { isOwed } from './given-up.ts'
import { bookOf, createUnitBook, openCount, openRanges, type UnitBook } from './unit-book.ts'

const PEERS = ['A', 'B', 'C', 'D'].map(peerOf)
const UNITS = 6

/** One possible next event, in plain numbers: its kind, the peer, the unit, and the time that has passed. */
interface Incident {
  readonly kind: number
  readonly who: number
  readonly unit: number
  readonly passedMs: number
}

const incidents = fc.array(
  fc.record({
    kind: fc.nat(13),
    who: fc.nat(PEERS.length - 1),
    unit: fc.nat(UNITS - 1),
    passedMs: fc.constantFrom(0, 30, 60, 1_000, 5_000, 20_000, 100_000),
  }),
  { minLength: 1, maxLength: 60 },
)

/** An attempt of a peer at a unit: the newest if it has one, else one that does not exist. */
function attemptOf(brain: Brain, peer: PeerId, unit: number): number {
  const attempts = brain.state.requester.jobs.get(JOB)?.units.get(unit)?.attempts ?? []
  return attempts.findLast((one) => one.peer === peer)?.attempt ?? 77
}

/** The event of an incident, as the runtime would hand it over. */
function eventOf(brain: Brain, { kind, who, unit }: Incident, at_ms: number): PeerEvent {
  const peer = PEERS[who] ?? ME
  const attempt = attemptOf(brain, peer, unit)
  const about = { at_ms, job_id: JOB }
  const result = (receipts: ReturnType<typeof receiptOf>[]): PeerEvent => ({
    kind: 'results-received',
    from: peer,
    receipts,
    ...about,
  })
  const capacity = { lanes: 1 + (unit % 3), units: 2 + unit, unitMs: 500 * (1 + who), begin: unit }
  switch (kind) {
    case 0:
    case 1:
      return { kind: 'allocation', at_ms, allocation: offerOf(peer, manifestOf(), at_ms, capacity) }
    case 2:
    case 3:
      return result([receiptOf(attempt, 'right', unit)])
    case 4:
      return result([receiptOf(attempt, 'wrong', unit)])
    case 5: {
      const kind = (['timed-out', 'unit-failed', 'runner-lost'] as const)[who % 3] ?? 'timed-out'
      const fault = { kind, message: '' }
      return result([{ unit_index: unit, attempt, outcome: { kind: 'fault', fault } }])
    }
    case 6: {
      const units = [{ unit_index: unit, attempt }]
      return { kind: 'hand-back-received', from: peer, units, ...about }
    }
    case 7: {
      const award_id =
        brain.state.requester.jobs.get(JOB)?.units.get(unit)?.attempts.at(-1)?.awardId ?? 'none'
      return { kind: 'award-refused', award_id, peer, fault: { kind: 'too-busy', message: '' }, ...about }
    }
    case 8:
      return { kind: 'disconnected', at_ms, peer }
    case 9:
      return { kind: 'connected', at_ms, peer }
    case 10:
      return {
        kind: brain.state.requester.jobs.get(JOB)?.status.state === 'paused' ? 'job-resumed' : 'job-paused',
        ...about,
      }
    case 11: {
      const unreachable = who % 2 === 0 ? [peer] : []
      return { kind: 'output-unavailable', unit_index: unit, cid: cidOf('right'), unreachable, ...about }
    }
    case 12:
      return { kind: 'outputs-stored', units: [unit], ...about }
    default:
      return { kind: 'tick', at_ms }
  }
}

/** The contents of a book, in an order that does not depend on the book. */
function told(book: UnitBook) {
  const members = (set: UnitBook['open']) =>
    Array.from({ length: UNITS + 1 }, (_, i) => i).filter((i) => set.has(i))
  const byPeer = (of: (peer: PeerId) => Iterable<number> | undefined) =>
    PEERS.map((peer) => [...(of(peer) ?? [])].sort((a, b) => a - b))
  return {
    open: members(book.open),
    untouched: members(book.untouched),
    partial: members(book.partial),
    counts: [book.open.count, book.untouched.count, book.partial.count],
    ready: [...book.ready].sort((a, b) => a - b),
    atWork: byPeer((peer) => book.atWork.get(peer)?.keys()),
    attempts: PEERS.map((peer) =>
      [...(book.atWork.get(peer)?.values() ?? [])].map(({ attempt }) => attempt).sort((a, b) => a - b),
    ),
    owed: byPeer((peer) => book.owed.get(peer)?.keys()),
    held: PEERS.map((peer) => book.partialHeldBy(peer)),
  }
}

/** The same, read off the job's attempts one by one. */
function plainly(job: JobState): ReturnType<typeof told> {
  const all = Array.from({ length: UNITS }, (_, i) => i)
  const attemptsOf = (unit: number) => job.units.get(unit)?.attempts ?? []
  const wants = (unit: number): number => {
    const state = job.units.get(unit)
    if (state === undefined) return job.manifest.verification_redundancy
    return state.verified === undefined ? missingOf(job, state) : 0
  }
  const holders = (unit: number): readonly PeerId[] => {
    const state = job.units.get(unit)
    return state === undefined ? [] : holdersOf(job, state)
  }
  const open = all.filter((unit) => wants(unit) > 0)
  const isBegun = (unit: number) => holders(unit).length > 0 || attemptsOf(unit).some(isTimeOut)
  const partial = open.filter(isBegun)
  const untouched = open.filter((unit) => !isBegun(unit))
  const ofPeers = (fits: (unit: number, peer: PeerId) => boolean) =>
    PEERS.map((peer) => all.filter((unit) => fits(unit, peer)))
  const awarded = (unit: number, peer: PeerId) =>
    attemptsOf(unit).filter((one) => one.peer === peer && one.status.state === 'awarded')
  return {
    open,
    untouched,
    partial,
    counts: [open.length, untouched.length, partial.length],
    ready: all.filter(
      (unit) =>
        job.units.get(unit)?.verified === undefined &&
        attemptsOf(unit).some(({ status }) => status.state === 'void' && status.ready),
    ),
    atWork: ofPeers((unit, peer) => awarded(unit, peer).length > 0),
    attempts: PEERS.map((peer) =>
      all
        .flatMap((unit) => awarded(unit, peer))
        .map(({ attempt }) => attempt)
        .sort((a, b) => a - b),
    ),
    owed: ofPeers((unit, peer) => attemptsOf(unit).some((one) => one.peer === peer && isOwed(one))),
    held: PEERS.map((peer) => partial.filter((unit) => holders(unit).includes(peer)).length),
  }
}

function asking(verification_redundancy: number): { brain: Brain; job: JobState } {
  const brain = createBrain(Object.fromEntries(PEERS.map((peer) => [peer, 0.9])))
  const manifest = manifestOf({
    unit_count: UNITS,
    verification_redundancy,
    // Units that may run for a second, so that their time may be up.
    algorithm_id: moduleRules.id,
    algorithm_version: moduleRules.version,
    limits: UnitLimits.parse({ wall_ms: 1_000 }),
  })
  brain.happens({ kind: 'job-submitted', at_ms: NOON, manifest, manifest_cid: manifestCidOf(JOB) })
  return { brain, job: brain.state.requester.jobs.get(JOB)! }
}

describe('[B31] the index of a job', () => {
  test.each([1, 2, 3])('is at any time as if it were built anew, redundancy %d', (redundancy) => {
    const seen = { timeOuts: 0, open: 0, partial: 0, ready: 0, owed: 0, backups: 0 }
    fc.assert(
      fc.property(incidents, (history) => {
        const { brain, job } = asking(redundancy)
        let atMs = NOON
        for (const incident of history) {
          atMs += incident.passedMs
          brain.happens(eventOf(brain, incident, atMs))
          if (job.status.state !== 'running' && job.status.state !== 'paused') break
          const book = bookOf(job)
          expect(told(book)).toEqual(plainly(job))
          seen.open += book.open.count
          seen.partial += book.partial.count
          seen.ready += book.ready.size
          seen.owed += [...book.owed.values()].reduce((sum, units) => sum + units.size, 0)
        }
        seen.backups += job.backups
        for (const { attempts } of job.units.values()) seen.timeOuts += attempts.filter(isTimeOut).length
        // A restart knows no more than the snapshot.
        const { brain: again } = restarted(brain, atMs)
        const restored = again.state.requester.jobs.get(JOB)!
        expect(told(bookOf(restored))).toEqual(told(createUnitBook(job)))
        expect(told(createUnitBook(job))).toEqual(plainly(job))
        expect(openRanges(restored, 64)).toEqual(openRanges(job, 64))
      }),
      { numRuns: 300, seed: 9 },
    )
    // The histories have come to what is worth comparing.
    const { open, partial, ready, owed, timeOuts } = seen
    const counts = [open, ready, owed, timeOuts, ...(redundancy > 1 ? [partial] : [seen.backups])]
    expect(counts.filter((count) => count === 0)).toEqual([])
  })

  test('[W1] names the ranges of open units, as many as are asked for, and none of a job that does not run', () => {
    const { brain, job } = asking(1)
    for (const [begin, peer] of [
      [1, PEERS[0]!],
      [4, PEERS[1]!],
    ] as const) {
      const allocation = offerOf(peer, manifestOf(), NOON, { lanes: 1, units: 1, begin })
      brain.happens({ kind: 'allocation', at_ms: NOON, allocation })
    }
    expect(openRanges(job, 64)).toEqual([
      [0, 1],
      [2, 4],
      [5, 6],
    ])
    expect(openRanges(job, 2)).toEqual([
      [0, 1],
      [2, 4],
    ])
    brain.happens({ kind: 'job-paused', at_ms: NOON, job_id: JOB })
    expect([openRanges(job, 64), openCount(job)]).toEqual([[], 0])
  })

  test('of a million units costs neither walks nor minutes', () => {
    const brain = createBrain({ [PEERS[0]!]: 0.9 })
    const manifest = manifestOf({ unit_count: 1_000_000 })
    brain.happens({ kind: 'job-submitted', at_ms: NOON, manifest, manifest_cid: manifestCidOf(JOB) })
    const job = brain.state.requester.jobs.get(JOB)!
    const offered = { lanes: 4, units: 8, begin: 999_998 }
    brain.happens({
      kind: 'allocation',
      at_ms: NOON,
      allocation: offerOf(PEERS[0]!, manifest, NOON, offered),
    })
    expect(openRanges(job, 64)).toEqual([[6, 999_998]])
    expect(openCount(job)).toBe(999_992)
  })
})

describe('[B31] the index of a holding', () => {
  test('is at any time as if it were built anew', () => {
    const [ann] = PEERS
    const seen = { queued: 0, undelivered: 0, handedBack: 0 }
    fc.assert(
      fc.property(incidents, (history) => {
        const brain = createBrain({ [ann!]: 1 })
        const resources = { cpu_cores: 2, ram_gb: 8 }
        brain.happens({
          kind: 'availability-set',
          at_ms: NOON,
          availability: { kind: 'always', resources, priority: 0.5 },
        })
        let atMs = NOON
        for (const incident of history) {
          atMs += incident.passedMs
          brain.happens(held(brain, ann!, incident, atMs))
          for (const holding of brain.state.provider.holdings.values()) {
            const [kept, anew] = [holding, structuredClone(holding)].map(holdingBookOf)
            const sorted = (book: typeof kept) =>
              [book!.queued, book!.undelivered, book!.handedBack].map((set) => [...set].sort((a, b) => a - b))
            expect(sorted(kept)).toEqual(sorted(anew))
            seen.queued += kept!.queued.size
            seen.undelivered += kept!.undelivered.size
            seen.handedBack += kept!.handedBack.size
          }
        }
      }),
      { numRuns: 300, seed: 9 },
    )
    expect(Object.values(seen).every((count) => count > 0)).toBe(true)
  })

  /** An event for a provider of Ann's. */
  function held(brain: Brain, ann: PeerId, { kind, who, unit }: Incident, at_ms: number): PeerEvent {
    const attempt = brain.state.provider.holdings.get(`${ann}/${JOB}`)?.units.get(unit)?.attempt ?? 1
    const units = [{ unit_index: unit, attempt }]
    const about = { at_ms, job_id: JOB }
    switch (kind % 9) {
      case 0:
      case 1: {
        const awarded = [unit, (unit + 1) % UNITS].map((unit_index) => ({
          unit_index,
          attempt: attempt + (who % 2),
          role: 'primary' as const,
        }))
        const award = {
          award_id: 'a',
          job_id: JOB,
          manifest_cid: manifestCidOf(JOB),
          units: awarded,
          due_in_ms: 50_000,
        }
        return { kind: 'award-received', at_ms, from: ann, award }
      }
      case 2:
        return { kind: 'job-prepared', requester: ann, ...about }
      case 3:
      case 4: {
        const receipts = [receiptOf(attempt, who === 0 ? undefined : 'done', unit)]
        return { kind: 'units-ran', requester: ann, receipts, ...about }
      }
      case 5:
        return { kind: 'results-delivered', requester: ann, units, ...about }
      case 6:
        return who === 0
          ? { kind: 'settled', from: ann, ...about }
          : { kind: 'withdrawn', from: ann, units: [unit], ...about }
      case 7:
        return who < 2
          ? { kind: 'recalled', from: ann, units, ...about }
          : { kind: 'hand-back-delivered', requester: ann, units, ...about }
      default:
        return { kind: 'tick', at_ms }
    }
  }
})
