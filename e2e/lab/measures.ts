import type { ApiCalls } from '../../src-main/api/transport/client.ts'
import { decodeInvite, encodeInvite } from '../../src-main/network/identity/invite-code.ts'
import type { JobId } from '../../src-main/protocol/ids.ts'
import { pause } from './commands.ts'
import type { LabPeer } from './peer.ts'

type Person = Awaited<ReturnType<ApiCalls['people']['list']>>[number]
type JobStatus = Awaited<ReturnType<ApiCalls['jobs']['status']>>

const LOOK_EVERY_MS = 100
/** Trust between friends of the lab. */
export const TRUST = 0.8
/** Time for a step that is not measured: on two cores which others use, everything may take long. */
const PREPARED_WITHIN_MS = 120_000

/** Waits for a condition. @returns the milliseconds that it took; undefined if it did not come true in time */
export async function timeUntil(
  holds: () => Promise<boolean>,
  withinMs: number,
): Promise<number | undefined> {
  const startMs = performance.now()
  for (;;) {
    // A peer that is down, or is asked at the moment of its end, is one for which it does not hold yet.
    const now = await holds().catch(() => false)
    const passedMs = performance.now() - startMs
    if (now) return passedMs
    if (passedMs > withinMs) return undefined
    await pause(LOOK_EVERY_MS)
  }
}

/** Waits for the condition that a scenario begins with. @throws Error that says what did not come true */
export async function prepare(what: string, holds: () => Promise<boolean>): Promise<void> {
  const tookMs = await timeUntil(holds, PREPARED_WITHIN_MS)
  if (tookMs === undefined) throw new Error(`could not be prepared: ${what}`)
}

/** Pairs two peers by an invite code, as it is. @throws what pairing says when it fails */
export async function pairByCode(inviter: LabPeer, joiner: LabPeer): Promise<void> {
  const { code } = await inviter.ask((calls) => calls.people.invite({ trust: TRUST, valid_minutes: 30 }))
  await joiner.ask((calls) => calls.people.pair({ code, trust: TRUST }))
}

/**
 * Pairs two peers, of which the inviter has a public address, as the beginning of other scenarios: whether a code names
 * that address is a row of its own, here it always does. @throws what pairing says when it fails
 */
export async function pair(inviter: LabPeer, joiner: LabPeer, trust = TRUST): Promise<void> {
  const { code } = await inviter.ask((calls) => calls.people.invite({ trust, valid_minutes: 30 }))
  const decoded = decodeInvite(code)
  if (!decoded.ok) throw new Error(decoded.fault.message)
  const { addresses, peer_id } = decoded.value
  const port = /\/tcp\/(\d+)/.exec(addresses[0] ?? '')?.[1] ?? ''
  const known = `/ip4/${inviter.host().site.address()}/tcp/${port}/p2p/${peer_id}`
  const completed = encodeInvite({
    ...decoded.value,
    addresses: [...new Set([known, ...addresses])].slice(0, 16),
  })
  await joiner.ask((calls) => calls.people.pair({ code: completed, trust }))
}

/** Pairs each with each. */
export async function pairAll(peers: readonly LabPeer[]): Promise<void> {
  for (const [i, inviter] of peers.entries()) {
    for (const joiner of peers.slice(i + 1)) await pair(inviter, joiner)
  }
}

/** One peer's view of another. @throws Error when they are not paired */
export async function personOf(peer: LabPeer, other: LabPeer): Promise<Person> {
  const people = await peer.ask((calls) => calls.people.list())
  const person = people.find(({ peer_id }) => peer_id === other.peerId)
  if (person === undefined) throw new Error(`${peer.name} does not know ${other.name}`)
  return person
}

/** Whether both say that they are connected. */
export async function areConnected(a: LabPeer, b: LabPeer): Promise<boolean> {
  const [there, back] = await Promise.all([personOf(a, b), personOf(b, a)])
  return there.connected && back.connected
}

/** Waits until two peers are connected. @returns the time that it took, and that time in words, or how each sees the other */
export async function timeUntilConnected(
  a: LabPeer,
  b: LabPeer,
  withinMs: number,
): Promise<{ tookMs: number | undefined; measured: string }> {
  const tookMs = await timeUntil(() => areConnected(a, b), withinMs)
  const views = tookMs === undefined ? [await viewOf(a, b), await viewOf(b, a)] : []
  return { tookMs, measured: [`connected: ${seconds(tookMs, withinMs)}`, ...views].join('; ') }
}

/** How one peer sees another, in words. */
async function viewOf(peer: LabPeer, other: LabPeer): Promise<string> {
  const reach = await personOf(peer, other).then(({ reach }) => JSON.stringify(reach), String)
  return `${peer.name} of ${other.name}: ${reach}`
}

/** How two peers are connected, as the first of them sees it. */
export async function routeBetween(a: LabPeer, b: LabPeer): Promise<'direct' | 'relayed' | undefined> {
  return (await personOf(a, b)).route
}

/** Waits until peers have measured themselves and offer work. */
export async function untilMeasured(peers: readonly LabPeer[]): Promise<void> {
  for (const peer of peers) {
    await prepare(`${peer.name} has measured itself`, async () => {
      const { algorithms } = await peer.ask((calls) => calls.node.info())
      return algorithms.some(({ supported }) => supported)
    })
  }
}

/** Submits units that wait, each to be verified by two peers. */
export async function submitWaiting(
  requester: LabPeer,
  units: number,
  unitMs: number,
  redundancy = 2,
): Promise<JobId> {
  const { job_id } = await requester.ask((calls) =>
    calls.jobs.submit({
      kind: 'other',
      algorithm_id: 'test.wait',
      algorithm_version: '1.0.0',
      params: { wait_ms: unitMs },
      unit_count: units,
      estimated_duration_seconds: unitMs / 1_000,
      resources: { cpu_cores: 1, ram_gb: 0.01 },
      redundancy,
    }),
  )
  return job_id
}

/** Where a job stands. */
export async function statusOf(peer: LabPeer, job_id: JobId): Promise<JobStatus> {
  return peer.ask((calls) => calls.jobs.status({ job_id }))
}

/** Waits until some units of a job are verified: it is in its middle. */
export async function untilUnderWay(peer: LabPeer, job_id: JobId, verified: number): Promise<void> {
  await prepare('a job is under way', async () => (await statusOf(peer, job_id)).verified >= verified)
}

/** Whether a job is done with all its units verified. */
export async function isVerified(peer: LabPeer, job_id: JobId): Promise<boolean> {
  const { state, verified, units } = await statusOf(peer, job_id)
  return state.kind === 'done' && verified === units
}

/** One peer's record of another: units rejected, failed and late, and how reliable it thinks it is. */
export async function blameOf(peer: LabPeer, other: LabPeer): Promise<{ units: number; words: string }> {
  const { rejected, failed, expired, reliability } = await personOf(peer, other)
  const told = Object.entries({ rejected, failed, expired }).filter(([, count]) => count > 0)
  const words = told.map(([kind, count]) => `${count} ${kind}`).join(', ') || 'nothing'
  const trusted = reliability === undefined ? '' : ` (reliability ${reliability.toFixed(2)})`
  return { units: rejected + failed + expired, words: words + trusted }
}

/** Milliseconds as the table says them. */
export function seconds(ms: number | undefined, withinMs: number): string {
  return ms === undefined ? `not within ${withinMs / 1_000} s` : `${(ms / 1_000).toFixed(1)} s`
}
