import type { RenderEstimate } from '#contract'
import { leastTimeMs } from '../../peer/requester/shared-work.ts'

/** A peer that could render now; this one too. */
export interface EstimatedPeer {
  /** Cores that work at once. */
  readonly cores: number
  /** Speed of one, as a share of the reference machine's. */
  readonly score: number
}

/** The picture to be rendered, and the peers that compute it. */
export interface EstimateInput {
  readonly width: number
  readonly height: number
  readonly spp: number
  readonly frames: number
  readonly redundancy: number
  /** Time of one sample of one pixel on one core here, in microseconds; a usual scene when absent. */
  readonly sampleUs?: number | undefined
  /** Speed of one core here. */
  readonly ownScore: number
  readonly peers: readonly EstimatedPeer[]
}

/**
 * Time of one sample of one pixel of a usual scene on a core of the reference machine: its 4.8 million paths a second
 * with 4 bounces (render-algorithm.ts), at 6 bounces.
 */
const REFERENCE_SAMPLE_US = (1 / 4.8) * (7 / 5)
/** From the call to the first award, and from the last result to the picture. */
const OVERHEAD_MS = 1_000
/** Longer jobs get no estimate; a picture that fits the contract never takes so long on a usable core. */
const HORIZON_MS = 1e15
/** A preview of one sample a pixel tells the cost of a scene about so well; what else people do adds more than it saves. */
const MEASURED_LOW = 0.75
const MEASURED_HIGH = 1.6
/** Scenes without a preview differ by more. */
const GUESSED_LOW = 0.4
const GUESSED_HIGH = 3

/**
 * How long a render takes if all who could help now go on to, and do nothing else. `likely_ms` and its bounds are absent
 * when fewer could than check each tile.
 */
export function estimateRender(input: EstimateInput): RenderEstimate {
  const { width, height, spp, frames, redundancy, sampleUs, ownScore } = input
  const peers = input.peers.filter(({ cores, score }) => cores > 0 && score > 0)
  // Everything in time of one core of the reference machine: that is what scores are shares of.
  const sampleMs = (sampleUs === undefined ? REFERENCE_SAMPLE_US : sampleUs * ownScore) / 1_000
  const onceMs = width * height * spp * frames * sampleMs
  const speeds = peers.map(({ cores, score }) => cores * score)
  const speed = speeds.reduce((sum, one) => sum + one, 0)
  const cores = peers.reduce((sum, peer) => sum + peer.cores, 0)
  const common = {
    peers: peers.length,
    cores,
    // On the cores that are there; on those of this peer when there are none.
    core_ms: Math.round((onceMs * redundancy) / (cores > 0 ? speed / cores : Math.max(ownScore, 0.01))),
  }
  const wallMs = leastTimeMs(
    speeds.map((one) => [{ fromMs: 0, untilMs: HORIZON_MS, speed: one }]),
    { onceMs, allMs: onceMs * redundancy },
    HORIZON_MS,
  )
  if (wallMs === undefined) return common
  const [low, high] = sampleUs === undefined ? [GUESSED_LOW, GUESSED_HIGH] : [MEASURED_LOW, MEASURED_HIGH]
  return {
    ...common,
    likely_ms: Math.round(OVERHEAD_MS + wallMs),
    low_ms: Math.round(OVERHEAD_MS + wallMs * low),
    high_ms: Math.round(OVERHEAD_MS + wallMs * high),
  }
}
