import type { Cid, JobId, PeerId } from '../../protocol/ids.ts'
import { COUNT_MAX, saturated } from '../../protocol/quantities.ts'
import { countCommon, unionOf, unitBitsOf } from '../../protocol/unit-bits.ts'
import type { Effect } from '../effect.ts'
import type { DurableEvent } from '../event.ts'
import type { PeerState } from '../state.ts'
import { tallyOf } from './contribution.ts'
import { holdingKey, type Holding, type Unjudged } from './slice.ts'

/** Jobs of others whose verdict is waited for after their end; the oldest are given up first … */
const UNJUDGED_MAX = 4_096
/** … and those of many units too: of a million they have 125 kB, and a snapshot holds all of them in one part. */
const UNJUDGED_BYTES_MAX = 16 << 20

type Of<K extends DurableEvent['kind']> = Extract<DurableEvent, { kind: K }>

/** Whether a requester's verdict about a job is waited for: this peer returned outputs for it, and has no verdict yet. */
export function awaitsVerdict(state: PeerState, from: PeerId, job: JobId, manifestCid: Cid): boolean {
  return returnedTo(state, from, job, manifestCid).byteLength > 0
}

/**
 * The verdict of a requester about its own job: what others verified counts as completed from now on, once. Units that this
 * peer did not return are passed over, so a requester can neither add nor blacken more than was computed for it.
 */
export function takeVerdict(state: PeerState, event: Of<'verdict-received'>): Effect[] {
  const { from, job_id, manifest_cid } = event
  const returned = returnedTo(state, from, job_id, manifest_cid)
  if (returned.byteLength === 0) return []
  const key = holdingKey(from, job_id)
  const holding = state.provider.holdings.get(key)
  if (holding !== undefined) holding.isJudged = true
  state.provider.unjudged?.delete(key)
  const tally = tallyOf(state.provider)
  const won = countCommon(event.won, returned)
  tally.won = saturated(tally.won + won, COUNT_MAX)
  tally.lost = saturated(tally.lost + countCommon(event.lost, returned), COUNT_MAX)
  const { history } = state.provider
  state.provider.tally = tally
  state.provider.history = {
    ...history,
    total_work_units_completed: saturated(history.total_work_units_completed + won, COUNT_MAX),
    average_result_quality: tally.won + tally.lost === 0 ? 1 : tally.won / (tally.won + tally.lost),
  }
  return [{ kind: 'commitment-changed' }]
}

/** The units of a job that this peer returned and that were not judged; none of a job that is not known, or another one. */
function returnedTo(
  { provider: { holdings, unjudged } }: PeerState,
  from: PeerId,
  job: JobId,
  manifestCid: Cid,
): Uint8Array {
  const key = holdingKey(from, job)
  const [holding, left] = [holdings.get(key), unjudged?.get(key)]
  const here =
    holding === undefined || holding.isJudged === true || holding.manifestCid !== manifestCid
      ? unitBitsOf([])
      : returnedIn(holding)
  return left?.manifestCid === manifestCid ? unionOf(here, left.returned) : here
}

function returnedIn({ units }: Holding): Uint8Array {
  const returned: number[] = []
  for (const [index, { status }] of units) {
    if (status.state === 'ran' && status.receipt.outcome.kind === 'output') returned.push(index)
  }
  return unitBitsOf(returned)
}

/** Remembers what was returned for a job that is dropped here, until its requester's verdict comes. */
export function keepUnjudged(state: PeerState, holding: Holding): void {
  const { requester, job, manifestCid, isJudged } = holding
  if (!state.pairing.contacts.has(requester) || isJudged === true) return
  const returned = returnedTo(state, requester, job, manifestCid)
  if (returned.byteLength === 0) return
  const all = (state.provider.unjudged ??= new Map<string, Unjudged>())
  const key = holdingKey(requester, job)
  all.delete(key)
  all.set(key, { requester, manifestCid, returned })
  dropOldest(all)
}

function dropOldest(all: Map<string, Unjudged>): void {
  let bytes = 0
  for (const { returned } of all.values()) bytes += returned.byteLength
  for (const [key, { returned }] of all) {
    if (all.size <= UNJUDGED_MAX && bytes <= UNJUDGED_BYTES_MAX) return
    all.delete(key)
    bytes -= returned.byteLength
  }
}

/** Waits for no verdicts of a peer any longer: it is no contact any more. */
export function forgetUnjudged({ provider }: PeerState, peer: PeerId): void {
  for (const [key, { requester }] of [...(provider.unjudged ?? [])])
    if (requester === peer) provider.unjudged?.delete(key)
}
