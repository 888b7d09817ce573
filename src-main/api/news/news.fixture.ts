import { PREFERENCES, type Meters, type Person, type Reach, type RuleReading } from '#contract'
import { manifestCidOf, manifestOf, ME, NOON, peerOf } from '../../peer/brain.fixture.ts'
import type { PeerEvent } from '../../peer/event.ts'
import type { Notice } from '../../peer/notice.ts'
import { initialState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { OwnReachFacts } from '../../ports/own-reach.ts'
import type { Connection } from '../../ports/reach.ts'
import { JobId } from '../../protocol/ids.ts'
import type { ActiveUnit, RecentRun } from '../../runtime/executing/job-at-work.ts'
import { machineClock } from '../../runtime/machine.ts'
import { createJobRecords } from '../../runtime/requesting/job-records.ts'
import { openMemoryHistory } from '../../storage/history/memory-history.ts'
import { jobSummary } from '../views/job-view.ts'
import { createNewsMirror, type NewsSources } from './news-mirror.ts'
import type { ApiDependencies } from '../dependencies.ts'

const METERS: Meters = {
  cpu_percent_units: 0,
  ram_bytes: 0,
  disk_bytes: 0,
  disk_bytes_max: 1,
  upload_bytes_per_s: 0,
  download_bytes_per_s: 0,
}

/** The reach of a peer that listens nowhere. */
export const OWN_REACH: OwnReachFacts = {
  listening: { kind: 'nowhere' },
  addresses: [],
  ipv6: 'none',
  nearby: false,
  reachability: 'unknown',
  confirmations: [],
  portMapping: { state: 'off', allowed: false },
  relays: [],
  relaying: { choice: 'off', isOn: false, lines: 0 },
  joinThrough: [],
}

/** A peer whose state, connections and people are the test's, and its mirror. */
export function createMirrored() {
  const state = initialState(ME, 'me')
  const connections: Connection[] = []
  const people: Person[] = []
  const activeUnits: ActiveUnit[] = []
  const recentRuns: RecentRun[] = []
  const listeners = new Set<(notices: readonly Notice[]) => void>()
  const reachListeners = new Set<() => void>()
  let composed = 0
  const parts = {
    runtime: {
      state,
      jobs: createJobRecords(state, openMemoryHistory(), () => undefined),
      activeUnits: () => activeUnits,
      recentRuns: () => recentRuns,
      onNotices: (listener: (notices: readonly Notice[]) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    clock: machineClock,
    transport: {
      connections: () => connections,
      traffic: () => new Map(),
      onReach: (listener: () => void) => {
        reachListeners.add(listener)
        return () => reachListeners.delete(listener)
      },
    },
    ownReach: { now: () => OWN_REACH, onChange: () => () => undefined },
    fetcher: { traffic: () => ({ bytesIn: 0, bytesOut: 0 }) },
    spelling: { shortNameOf: () => 'valom-jobip' },
    nearby: {
      isVisible: () => true,
      pcs: () => new Map(),
      attempts: () => [],
      onChange: () => () => undefined,
    },
    sharing: {
      now: () => ({ kind: 'off' }),
      readings: (): RuleReading[] => [],
      meters: () => METERS,
      onChange: () => () => undefined,
    },
  } as unknown as ApiDependencies
  const sources: NewsSources = {
    preferences: { now: () => PREFERENCES, set: () => undefined, onChange: () => () => undefined },
    people: () => people,
    kindOf: () => 'other',
    summaryOf: (job) => {
      composed++
      return jobSummary(job, {
        nowMs: Date.now(),
        nameOf: (peer) => peer,
        follower: () => undefined,
        notesOf: () => ({}),
        factsOf: () => ({ kind: 'other' }),
        riskOf: () => undefined,
        isHeldUp: () => false,
      })
    },
  }
  const mirror = createNewsMirror(parts, sources)
  return {
    parts,
    sources,
    mirror,
    connections,
    people,
    activeUnits,
    recentRuns,
    listeners,
    /** A person of whom only the reach matters. */
    person: (reach: Reach): Person => ({
      peer_id: peerOf('A'),
      name: 'Anna',
      short_name: 'valom-jobip',
      trust_mine: 1,
      tier: 2,
      connected: false,
      reach,
      paired_at_ms: NOON,
      verified: 0,
      rejected: 0,
      failed: 0,
      expired: 0,
      reliability_by_day: [],
      done_for_them: 0,
      running_for_them: 0,
      running_for_us: 0,
    }),
    reachChanges: (): void => {
      for (const listener of reachListeners) listener()
    },
    composed: () => composed,
    happens: (...events: PeerEvent[]): void => {
      for (const event of events) {
        const { notices } = advance(state, event)
        for (const listener of listeners) listener(notices)
      }
    },
  }
}

/** A job of the peer's own. */
export function submitted(name: string): PeerEvent {
  const job_id = JobId.parse(name)
  const manifest = manifestOf({ job_id })
  return { kind: 'job-submitted', at_ms: NOON, manifest, manifest_cid: manifestCidOf(name) }
}
