import type {
  FactsOf,
  JobId,
  JobPace,
  JobStatus,
  JobSummary,
  PeerId,
  PeerShare,
  TilePreview,
} from '#contract'
import type { NodeMirror } from '../state/node-mirror.ts'

/** Samples of jobs: plausible wholes, of which a test names the part that it is about. */

/** A job's id. */
export function jobId(name: string): JobId {
  return `job-${name}` as JobId
}

/** A peer's id. */
export function peerId(name: string): PeerId {
  return `12D3KooW${name}` as PeerId
}

/** The kinds that there are samples of. */
type SampleKind = 'render' | 'module' | 'other'

const FACTS: { readonly [K in SampleKind]: FactsOf<K> } = {
  render: { kind: 'render', width: 640, height: 480, spp: 64, tile: 64, samples_per_unit: 64 },
  module: { kind: 'module' },
  other: { kind: 'other' },
}

/** Jobs by the name of their kind, each with an algorithm of it. */
const KINDS: Readonly<Record<SampleKind, Pick<JobSummary, 'algorithm' | 'description'>>> = {
  render: { algorithm: { id: 'render.path-trace', version: '1.1.0' }, description: 'Kitchen.glb' },
  module: { algorithm: { id: 'wasm.module', version: '1.0.0' }, description: 'Primes' },
  other: { algorithm: { id: 'fold.protein', version: '3.0.0' }, description: 'Folding' },
}

/** A job of a kind, submitted an hour ago, that is half done. */
export function jobSummary(kind: SampleKind, some: Partial<JobSummary> = {}): JobSummary {
  return {
    job_id: jobId(kind),
    ...KINDS[kind],
    state: { kind: 'running' },
    units: 80,
    verified: 40,
    stored: 40,
    rejected_outputs: 0,
    retried: 0,
    redundancy: 2,
    submitted_at_ms: Date.now() - 3_600_000,
    wall_ms: 120_000,
    priority: 0.5,
    facts: FACTS[kind],
    ...some,
  }
}

/** The facts of the sample of a kind. */
export function factsOf<K extends SampleKind>(kind: K): FactsOf<K> {
  return FACTS[kind]
}

/** The pace of a sample that is half done and takes so much longer. */
export function paceFor(leftMs: number): JobPace {
  const nowMs = Date.now()
  return { progress_at_ms: nowMs, active_ms: leftMs, stalls_at_ms: nowMs + 3_600_000 }
}

/** The pace of a sample that has stood still since a moment: too few PCs are there for what is left. */
export function stalledPace(sinceMs: number): JobPace {
  return { ...paceFor(60_000), progress_at_ms: sinceMs, stalled_since_ms: sinceMs }
}

/** A job that is over and of which all is here. */
export const DONE = { state: { kind: 'done' }, verified: 80, stored: 80 } as const

/** All there is to say of such a job; no peer has worked on it unless `some` says so. */
export function jobStatus(kind: SampleKind, some: Partial<JobStatus> = {}): JobStatus {
  return { ...jobSummary(kind), by_peer: [], ...some }
}

/** A peer's share of a job: it has done half of it, and is at four units more. */
export function peerShare(name: string, some: Partial<PeerShare> = {}): PeerShare {
  return {
    peer_id: peerId(name),
    name,
    short_name: `${name.toLowerCase()}-fox`,
    is_self: false,
    verified_units: 20,
    running_units: 4,
    rejected: 0,
    failed: 0,
    expired: 0,
    cpu_ms: 60_000,
    wall_ms: 60_000,
    output_bytes: 2_000_000,
    ...some,
  }
}

/** A tile of a picture in progress. */
export const TILE: TilePreview = {
  unit_index: 0,
  x: 0,
  y: 0,
  width: 32,
  height: 24,
  jpeg: '',
  made_by: peerId('Ada'),
  verified_at_ms: 1,
}

/** Jobs as the mirror holds them. */
export function jobsMap(...jobs: readonly JobSummary[]): NodeMirror['jobs'] {
  return new Map(jobs.map((job) => [job.job_id, job]))
}

type ValueOf<Stream> = Stream extends AsyncIterable<infer Value> ? Value : never

/** The answer to a call that subscribes: a stream that tells values and ends. */
export function told<Stream extends AsyncIterable<unknown>>(...values: readonly ValueOf<Stream>[]): Stream {
  // The client's own class of streams cannot be made here; what it is used for is iteration.
  return streamOf(values) as AsyncIterable<unknown> as Stream
}

async function* streamOf<T>(values: readonly T[]): AsyncGenerator<T, void, void> {
  for (const value of values) yield await Promise.resolve(value)
}
