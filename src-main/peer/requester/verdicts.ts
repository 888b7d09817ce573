import type { JobId, PeerId } from '../../protocol/ids.ts'
import type { Effect } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import { trustOf } from '../pairing/trust.ts'
import type { PeerState } from '../state.ts'
import type { JobState } from './slice.ts'
import { endsWith } from './unit-ends.ts'
import { verdictKey, type VerdictOwed } from './verdict-owed.ts'

/** Verdicts that are kept for providers that are away; the oldest go first. Most have less than 100 bytes … */
const VERDICTS_MAX = 4_096
/** … and those of a job of a million units up to 250 kB: a snapshot holds all of them in one part. */
const VERDICT_BYTES_MAX = 16 << 20

/** Verdicts that are sent again at one tick: after a long time apart many wait for one provider. */
const SENT_PER_TICK = 32

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** Owes each provider of a job that ends now the verdict about its outputs. @returns the messages that tell it */
export function oweVerdicts(state: PeerState, job: JobState, atMs: number): Effect[] {
  const owed = verdictsAbout(state.me, job, atMs)
  if (owed.length === 0) return []
  const all = (state.requester.verdictsOwed ??= new Map<string, VerdictOwed>())
  for (const verdict of owed) {
    const key = verdictKey(verdict.provider, verdict.job)
    all.delete(key)
    all.set(key, verdict)
  }
  dropOldest(state, all, atMs)
  return owed
    .filter((verdict) => all.get(verdictKey(verdict.provider, verdict.job)) === verdict)
    .filter((verdict) => isSendable(state, verdict, atMs))
    .map((verdict) => send(state, verdict, atMs))
}

/** The verdicts at a job's end: of its units' attempts, what became of the latest of each provider. */
function verdictsAbout(me: PeerId, job: JobState, endedAtMs: number): VerdictOwed[] {
  const { manifest, manifestCid, archived } = job
  const ends = [...endsWith(archived?.ends, job.units)].filter(([provider]) => provider !== me)
  return ends.map(([provider, { won, lost }]) => ({
    ...{ provider, job: manifest.job_id, manifestCid },
    ...{ won, lost, endedAtMs },
  }))
}

function dropOldest({ view, policy }: PeerState, all: Map<string, VerdictOwed>, atMs: number): void {
  let bytes = 0
  for (const { won, lost } of all.values()) bytes += won.byteLength + lost.byteLength
  for (const [key, { won, lost, endedAtMs }] of all) {
    const isOver = atMs - endedAtMs > policy.requester.verdict_kept_ms
    if (!isOver && all.size <= VERDICTS_MAX && bytes <= VERDICT_BYTES_MAX) return
    all.delete(key)
    view.verdictsSent.delete(key)
    bytes -= won.byteLength + lost.byteLength
  }
}

function send(state: PeerState, verdict: VerdictOwed, atMs: number): Effect {
  const { provider, job } = verdict
  const key = verdictKey(provider, job)
  const { verdict_again_ms, verdict_again_ms_max } = state.policy.requester
  const pauseMs = state.view.verdictsSent.get(key)?.pauseMs
  state.view.verdictsSent.set(key, {
    atMs,
    pauseMs: pauseMs === undefined ? verdict_again_ms : Math.min(verdict_again_ms_max, 2 * pauseMs),
  })
  return { kind: 'send-verdict', verdict }
}

/** Sends the verdicts that are due to providers that are connected. */
export function tellVerdicts(state: PeerState, nowMs: number): Effect[] {
  const effects: Effect[] = []
  for (const verdict of state.requester.verdictsOwed?.values() ?? []) {
    if (effects.length >= SENT_PER_TICK) break
    if (!isSendable(state, verdict, nowMs)) continue
    const sent = state.view.verdictsSent.get(verdictKey(verdict.provider, verdict.job))
    if (sent !== undefined && nowMs - sent.atMs < sent.pauseMs) continue
    effects.push(send(state, verdict, nowMs))
  }
  return effects
}

/** A provider is there again: the verdicts that it may have missed are due. The next tick sends them, some at a time. */
export function hastenVerdicts({ requester, view }: PeerState, peer: PeerId): void {
  for (const [key, { provider }] of requester.verdictsOwed ?? [])
    if (provider === peer) view.verdictsSent.delete(key)
}

function isSendable(state: PeerState, { provider, endedAtMs }: VerdictOwed, nowMs: number): boolean {
  if (nowMs - endedAtMs > state.policy.requester.verdict_kept_ms) return false
  return state.view.connected.has(provider) && trustOf(state, provider) > 0
}

/** A provider has taken a verdict. */
export function deliverVerdict(state: PeerState, { peer, job_id }: Of<'verdict-delivered'>): Effect[] {
  forget(state, peer, job_id)
  return []
}

/** Forgets what a peer is owed: it is no contact any more. */
export function forgetVerdicts(state: PeerState, peer: PeerId): void {
  for (const { provider, job } of [...(state.requester.verdictsOwed?.values() ?? [])])
    if (provider === peer) forget(state, provider, job)
}

function forget({ requester, view }: PeerState, provider: PeerId, job: JobId): void {
  const key = verdictKey(provider, job)
  requester.verdictsOwed?.delete(key)
  view.verdictsSent.delete(key)
}
