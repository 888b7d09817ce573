import type { Away as AwayView, Shortage, Waiting } from '#contract'
import { awayOf, type Away } from '../../peer/pairing/away.ts'
import { trustOf } from '../../peer/pairing/trust.ts'
import { mayLowerTo } from '../../peer/requester/job-control.ts'
import { redundancyOf, type JobState } from '../../peer/requester/slice.ts'
import { bookOf } from '../../peer/requester/unit-book.ts'
import type { PeerState } from '../../peer/state.ts'
import type { PeerId } from '../../protocol/ids.ts'

/** The most peers that are named of those who left a job. */
const LEFT_MAX = 8

const AWAY_WORDS: Readonly<Record<Away['kind'], string>> = {
  gone: 'gone',
  paused: 'paused',
  'outside-hours': 'not sharing at this hour',
}

/**
 * That fewer different peers are there than each unit needs, and who left.
 * @param able those who could compute a unit now
 * @param more how many are missing
 */
export function tooFewPeers(
  state: Readonly<PeerState>,
  job: JobState,
  able: readonly PeerId[],
  more: number,
  nowMs: number,
): Waiting {
  const [needed, here] = [redundancyOf(job), able.length]
  const left = whoLeft(state, job, able, nowMs)
  const names = left.map(({ name, away }) => `; ${name} is ${AWAY_WORDS[away.kind]}`)
  return {
    kind: 'more-verifiers',
    message: `each unit needs ${needed} different peers; ${more} more must share${names.join('')}`,
    shortage: { needed, here, left, ...(mayLowerTo(job, here) ? { may_lower_to: here } : {}) },
  }
}

/** A peer's absence in the contract's shape. */
export function awayView({ kind, sinceMs }: Away): AwayView {
  return { kind, ...(sinceMs === undefined ? {} : { since_ms: sinceMs }) }
}

/** Trusted contacts that had a part in a job, or shared since it was submitted, and do not now; the last one first. */
function whoLeft(
  state: Readonly<PeerState>,
  job: JobState,
  able: readonly PeerId[],
  nowMs: number,
): Shortage['left'] {
  const here = new Set(able)
  const { takers } = bookOf(job)
  return [...state.pairing.contacts.values()]
    .flatMap(({ peer_id, name }) => {
      if (here.has(peer_id) || trustOf(state, peer_id) === 0) return []
      const away = awayOf(state, peer_id, nowMs)
      const hadPart = takers.has(peer_id) || (away?.sinceMs ?? 0) >= job.submittedAtMs
      return away !== undefined && hadPart ? [{ peer_id, name, away: awayView(away) }] : []
    })
    .sort((a, b) => (b.away.since_ms ?? 0) - (a.away.since_ms ?? 0))
    .slice(0, LEFT_MAX)
}
