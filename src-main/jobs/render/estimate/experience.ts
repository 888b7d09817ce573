import { z } from 'zod'
import { PeerId } from '../../../protocol/ids.ts'
import { expectedUnitMs, modelRender, type SlownessOf } from './model.ts'
import type { EstimateInput, RenderOutcome } from './recorded-job.ts'

/** Past renders that are remembered: enough for a dozen of each size and load. */
const OUTCOMES_MAX = 128
/** Peers whose slowness is remembered; the one that was seen longest ago is forgotten. */
const PEERS_MAX = 64
/** Ratios beyond these are of jobs that something else held up, and tell nothing of the next one. */
const LOG_MAX = Math.log(20)

/** How a render went compared with its parts, and what it was like. */
const PastRender = z.object({
  /** Logarithm of how many times as long as modelled it took. */
  logRatio: z.number().min(-LOG_MAX).max(LOG_MAX),
  /** Logarithm of the modelled time, in milliseconds. */
  logMs: z.number(),
  /** Share of this machine's cores that other programs kept busy before it. */
  load: z.number().min(0).max(1),
  /** Whether a preview had measured the scene. */
  isMeasured: z.boolean(),
})
type PastRender = z.infer<typeof PastRender>

/** How slow a peer's units were compared with what was expected of them. */
const PastPeer = z.object({
  peer: PeerId,
  logSlowness: z.number().min(-LOG_MAX).max(LOG_MAX),
  renders: z.number().min(0),
})

/** What past renders taught, oldest first. Kept over restarts, so every field of an older version stays readable. */
export const Experience = z.object({
  renders: z.array(PastRender).max(OUTCOMES_MAX).readonly(),
  peers: z.array(PastPeer).max(PEERS_MAX).readonly(),
})
export type Experience = z.infer<typeof Experience>

/** Of a peer that has rendered nothing yet. */
export const NO_EXPERIENCE: Experience = { renders: [], peers: [] }

/** The weight of the newest render in a peer's slowness, once there are some. */
const NEWEST_WEIGHT = 0.3
/** A peer counts as usual as much as so many renders of it tell otherwise. */
const PEER_PRIOR = 0.5

/** How many times as long as expected each peer's units take. */
export function slownessOf({ peers }: Experience): SlownessOf {
  const known = new Map(peers.map((one) => [one.peer, one]))
  return (peer) => {
    const { logSlowness = 0, renders = 0 } = known.get(peer) ?? {}
    return Math.exp((logSlowness * renders) / (renders + PEER_PRIOR))
  }
}

/** The same after one more render. Those that were never modelled teach of their peers alone. */
export function learned(before: Experience, input: EstimateInput, outcome: RenderOutcome): Experience {
  const { wallMs } = modelRender(input, slownessOf(before))
  const past = wallMs === undefined ? [] : [pastRender(input, wallMs, outcome)]
  return {
    renders: [...before.renders, ...past].slice(-OUTCOMES_MAX),
    peers: learnedPeers(before, input, outcome),
  }
}

function pastRender(input: EstimateInput, wallMs: number, { tookMs }: RenderOutcome): PastRender {
  return { logRatio: logOf(tookMs / wallMs), ...likenessOf(input, wallMs) }
}

function learnedPeers(
  { peers }: Experience,
  input: EstimateInput,
  outcome: RenderOutcome,
): Experience['peers'] {
  const known = new Map(peers.map((one) => [one.peer, one]))
  for (const { peer, units, wallMs } of outcome.parts) {
    const met = input.peers.find((one) => one.peer === peer)
    if (met === undefined || units === 0 || met.score <= 0 || met.cores <= 0) continue
    const logSlowness = logOf(wallMs / units / expectedUnitMs(input, met))
    const was = known.get(peer) ?? { logSlowness: 0, renders: 0 }
    const weight = Math.max(NEWEST_WEIGHT, 1 / (was.renders + 1))
    known.delete(peer)
    known.set(peer, {
      peer,
      logSlowness: was.logSlowness + (logSlowness - was.logSlowness) * weight,
      renders: Math.min(OUTCOMES_MAX, was.renders + 1),
    })
  }
  return [...known.values()].slice(-PEERS_MAX)
}

function logOf(ratio: number): number {
  return Math.min(LOG_MAX, Math.max(-LOG_MAX, Math.log(Math.max(ratio, Number.MIN_VALUE))))
}

/** What makes a past render like the one that is asked for. */
type Likeness = Omit<PastRender, 'logRatio'>

function likenessOf(input: EstimateInput, wallMs: number): Likeness {
  const own = input.peers.find(({ busyCores }) => busyCores !== undefined)
  const load = own === undefined || own.cores === 0 ? 0 : Math.min(1, (own.busyCores ?? 0) / own.cores)
  return { logMs: Math.log(Math.max(1, wallMs)), load, isMeasured: input.sampleUs !== undefined }
}

/** A render that took e times as long is half as like; so is one under a load that differs by a third. */
const SIZE_WIDTH = 1.2
const LOAD_WIDTH = 0.4
const UNLIKE_MEASURE = 0.1
/** What an older render still counts, for each that came after it. */
const FADE = 0.97

/** Ratios that count from the start, as much as so many renders that are just alike: a machine at rest to a busy one. */
const PRIOR_WEIGHT = 2.5
const PRIOR_MEASURED = [0.6, 0.8, 0.95, 1.1, 1.3, 1.6, 2.1, 3]
const PRIOR_GUESSED = [0.25, 0.4, 0.6, 0.9, 1.3, 1.9, 2.8, 4.5]

/** The range is meant to hold four fifths of all outcomes; a few outcomes do not show their own extremes. */
const LOW_QUANTILE = 0.08
const HIGH_QUANTILE = 0.92

/** Factors on a modelled time: what is likely, and the range that holds four outcomes in five. */
export interface Correction {
  readonly likely: number
  readonly low: number
  readonly high: number
}

/** How a modelled time is to be corrected, by how renders like it went. */
export function correctionOf({ renders }: Experience, input: EstimateInput, wallMs: number): Correction {
  const asked = likenessOf(input, wallMs)
  const prior = asked.isMeasured ? PRIOR_MEASURED : PRIOR_GUESSED
  const weighed = [
    ...prior.map((ratio) => ({ value: Math.log(ratio), weight: PRIOR_WEIGHT / prior.length })),
    ...renders.map((past, i) => ({
      value: past.logRatio,
      weight: FADE ** (renders.length - 1 - i) * likeness(past, asked),
    })),
  ].sort((a, b) => a.value - b.value)
  const at = (share: number): number => Math.exp(quantile(weighed, share))
  return { likely: at(0.5), low: at(LOW_QUANTILE), high: at(HIGH_QUANTILE) }
}

function likeness(a: Likeness, b: Likeness): number {
  const size = (a.logMs - b.logMs) / SIZE_WIDTH
  const load = (a.load - b.load) / LOAD_WIDTH
  return Math.exp(-(size * size + load * load) / 2) * (a.isMeasured === b.isMeasured ? 1 : UNLIKE_MEASURE)
}

/** The value below which a share of the weight lies, between the values that lie there. */
function quantile(
  sorted: readonly { readonly value: number; readonly weight: number }[],
  share: number,
): number {
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0)
  let [below, before] = [0, sorted[0]]
  for (const one of sorted) {
    const middle = below + one.weight / 2
    if (middle >= share * total) {
      const middleBefore = below - (before?.weight ?? 0) / 2
      const part =
        middle > middleBefore && before !== one ? (share * total - middleBefore) / (middle - middleBefore) : 1
      return (before?.value ?? one.value) + (one.value - (before?.value ?? one.value)) * Math.max(0, part)
    }
    below += one.weight
    before = one
  }
  return before?.value ?? 0
}
