import { leastTimeMs, type Stretch } from '../../../peer/requester/shared-work.ts'
import { RenderParams, unitCount } from '../../../protocol/job-kinds/render-tasks.ts'
import type { PeerId } from '../../../protocol/ids.ts'
import { cleanableSamples } from '../cleaning/cleanable-samples.ts'
import type { EstimateInput } from './recorded-job.ts'

/**
 * Time of one sample of one pixel of a usual scene on a core of the reference machine: its 4.8 million paths a second
 * with 4 bounces (render-algorithm.ts), at 6 bounces.
 */
const REFERENCE_SAMPLE_US = (1 / 4.8) * (7 / 5)
/** From the call to the first award, and from the last result to the picture. */
const OVERHEAD_MS = 250
/** What a unit takes besides its samples, on the lane that runs it: it is handed over, written down and told of. */
const UNIT_OVERHEAD_MS = 12
/** Longer jobs get no estimate; a picture that fits the contract never takes so long on a usable core. */
const HORIZON_MS = 1e15

/** How many times as long as expected the units of a peer take, by what was learned; 1 where nothing was. */
export type SlownessOf = (peer: PeerId) => number

/** A render's time from its parts, before it is corrected by past outcomes. */
export interface ModelledRender {
  /** Peers that could compute it, and their cores. */
  readonly peers: number
  readonly cores: number
  /** Processor time of all runs, checks included, as these cores take it. */
  readonly coreMs: number
  /** Absent when fewer peers could than check each tile. */
  readonly wallMs?: number
}

/** The peers of an input that have anything to compute with. */
function ablePeers({ peers }: EstimateInput): EstimateInput['peers'] {
  return peers.filter(({ cores, score }) => cores > 0 && score > 0)
}

/** Work of one unit, in milliseconds of one core of the reference machine, and how many there are. */
function unitsOf(input: EstimateInput): {
  readonly unitMs: number
  readonly count: number
  readonly onceMs: number
} {
  const { width, height, spp, frames, denoise = 0, sampleUs, ownScore } = input
  // Scores are shares of the reference machine.
  const sampleMs = (sampleUs === undefined ? REFERENCE_SAMPLE_US : sampleUs * ownScore) / 1_000
  const { tile } = DEFAULTS
  const samples_per_unit = cleanableSamples({ spp, denoise })
  const count = frames * unitCount({ width, height, spp, tile, samples_per_unit })
  const onceMs = width * height * spp * frames * sampleMs
  return { unitMs: onceMs / Math.max(1, count), count, onceMs }
}

const DEFAULTS = RenderParams.parse({})

/**
 * The share of a core that each of a peer's lanes gets beside what other programs keep busy there: processes that want to
 * run share the cores evenly.
 */
export function freeShare({
  cores,
  busyCores = 0,
}: Pick<EstimateInput['peers'][number], 'cores' | 'busyCores'>): number {
  return Math.min(1, cores / Math.max(cores, cores + busyCores))
}

/** How long one unit is expected to take at a peer before anything was learned of it. */
export function expectedUnitMs(input: EstimateInput, peer: EstimateInput['peers'][number]): number {
  return unitsOf(input).unitMs / (peer.score * freeShare(peer)) + UNIT_OVERHEAD_MS
}

/**
 * How long a render takes by its parts: samples on the measured free share of each core, what units and the job take
 * besides, the scene on its way, other work of this user and of others, and all of it as often as it is checked.
 */
export function modelRender(input: EstimateInput, slownessOf: SlownessOf): ModelledRender {
  const { redundancy, ownScore, sceneBytes = 0, aheadMs } = input
  const able = ablePeers(input)
  const { unitMs, onceMs } = unitsOf(input)
  const cores = able.reduce((sum, peer) => sum + peer.cores, 0)
  const speed = able.reduce((sum, peer) => sum + peer.cores * peer.score, 0)
  // On the cores that are there; on those of this peer when there are none.
  const score = cores > 0 ? speed / cores : Math.max(ownScore, 0.01)
  const common = { peers: able.length, cores, coreMs: (onceMs * redundancy) / score }
  const took = able.map((peer) => expectedUnitMs(input, peer) * slownessOf(peer.peer))
  const stretches = able.map(({ cores: lanes, requesters, bytesPerS }, i): Stretch[] => {
    const fromMs = bytesPerS === undefined ? 0 : (sceneBytes / Math.max(1, bytesPerS)) * 1_000
    const speedHere = (lanes * unitMs) / Math.max(0.01, took[i] ?? 0) / (1 + requesters)
    return [{ fromMs, untilMs: HORIZON_MS, speed: speedHere }]
  })
  const allMs = onceMs * redundancy
  // Equals take turns: of what is before it, as much as this one lasts.
  const turnMs = Math.min(aheadMs, allMs)
  const work = { onceMs: onceMs + turnMs / redundancy, allMs: allMs + turnMs }
  const workMs = leastTimeMs(stretches, work, HORIZON_MS)
  if (workMs === undefined) return common
  // The last units begin when others end.
  const tailMs = Math.min(...took) / 2
  return { ...common, wallMs: OVERHEAD_MS + workMs + tailMs }
}
