import type { BlobStore } from '../../ports/blob-store.ts'
import type { RunInput, Runner, RunOutcome, RunTask } from '../../ports/runner.ts'
import { decodeCanonical } from '../../protocol/canonical.ts'
import { comparatorOf } from '../../protocol/comparator.ts'
import {
  candidateRole,
  COMPARE,
  COMPARE_LIMITS,
  COMPARING_MODULE_ROLE,
  CompareParams,
} from '../../protocol/compare-task.ts'
import { refuse, type Fault } from '../../protocol/fault.ts'
import type { Cid } from '../../protocol/ids.ts'
import type { Seal } from '../../protocol/job-key.ts'
import { filmOfUnit } from '../../protocol/job-kinds/render.ts'
import { Likeness } from '../../protocol/likeness.ts'
import { INPUT_BYTES_MAX, PAGE_BYTES, UnitLimits } from '../../protocol/unit-limits.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { runInput } from '../../ports/run-inputs.ts'

/** Outputs of one unit that are on this disk. */
export interface Candidates {
  readonly manifest: JobManifest
  readonly unit: number
  readonly cids: readonly Cid[]
  /** By which they are sealed, of an encrypted job. */
  readonly seal: Seal | undefined
}

/** Which outputs are alike; the fault is why some are taken for unlike, where they could not be compared. */
export interface Compared {
  readonly likeness: Likeness
  readonly fault?: Fault
}

/** The means of a comparing. */
export interface CompareMeans {
  readonly runner: Runner
  readonly blobs: BlobStore
  readonly signal: AbortSignal
}

/** Faults of this machine, or of a blob on its disk: the comparing is tried again. */
const OURS: ReadonlySet<Fault['kind']> = new Set([
  'blob-missing',
  'blob-corrupt',
  'quota-exceeded',
  'storage-failed',
  'disk-full',
  'cancelled',
  'internal',
  'unknown-algorithm',
])

/** Faults that end the compute host's run as a whole: one output may have been made for that. */
const ENDED: ReadonlySet<Fault['kind']> = new Set(['runner-lost', 'memory-exhausted', 'timed-out'])

/**
 * Compares outputs, in the compute host. Where the comparing of all together ends with the host, or takes too long, each pair
 * is compared alone: the output that does it is unlike all others then, and the others may still be alike. Where nothing can
 * be compared, all are unlike, so that another peer is asked.
 * @throws FaultError of this machine, after which it may be tried again
 */
export async function compareCandidates(means: CompareMeans, candidates: Candidates): Promise<Compared> {
  const { cids } = candidates
  const together = await compareOnce(means, candidates)
  if ('likeness' in together) return together
  const { fault } = together
  if (cids.length === 2 || !ENDED.has(fault.kind)) return { likeness: unlike(cids), fault }
  const { alike } = unlike(cids)
  let first: Fault = fault
  for (const [i, one] of cids.entries()) {
    for (const [j, other] of cids.entries()) {
      if (j <= i) continue
      const pair = await compareOnce(means, { ...candidates, cids: [one, other] })
      if ('likeness' in pair) setAlike(alike, i, j, pair.likeness.alike[0]?.[1] === true)
      else first = pair.fault
    }
  }
  return { likeness: { candidates: [...cids], alike }, fault: first }
}

type Tried = { readonly likeness: Likeness } | { readonly fault: Fault }

async function compareOnce(means: CompareMeans, candidates: Candidates): Promise<Tried> {
  const outcome = await runTask(means, taskOf(means.blobs, candidates))
  if (outcome.kind === 'failed') {
    const { kind, message } = outcome.fault
    if (OURS.has(kind)) refuse(kind, message)
    return { fault: outcome.fault }
  }
  if (outcome.output.kind !== 'bytes') throw new Error('broken promise: a likeness is a few lines')
  const decoded = decodeCanonical(outcome.output.bytes, Likeness, COMPARE_LIMITS.outputBytesMax)
  if (!decoded.ok)
    throw new Error(`broken promise: a comparing puts out a likeness: ${decoded.fault.message}`)
  return { likeness: decoded.value }
}

async function runTask({ runner, signal }: CompareMeans, task: RunTask): Promise<RunOutcome> {
  let outcome: RunOutcome | undefined
  await runner.run([task], {
    signal,
    finished: (_, result) => {
      outcome = result
    },
  })
  if (outcome === undefined) throw new Error(`broken promise: ${task.id} ended without an outcome`)
  return outcome
}

/** @throws FaultError `blob-missing` where an output, or the comparing module, is not here */
function taskOf(blobs: BlobStore, { manifest, unit, cids, seal }: Candidates): RunTask {
  const comparator = comparatorOf(manifest.comparator)
  if (comparator === undefined) refuse('unsupported', 'the comparator is of a newer version')
  const film = comparator.name === 'image' ? filmOfUnit(manifest, unit) : undefined
  const outputs = cids.map((cid, i): [string, RunInput] => [
    candidateRole(i),
    { ...runInput(blobs, cid), ...(seal === undefined ? {} : { seal }) },
  ])
  const module: [string, RunInput][] =
    comparator.name === 'module' ? [[COMPARING_MODULE_ROLE, runInput(blobs, comparator.cid)]] : []
  return {
    id: `compare ${manifest.job_id}/${unit} ${cids.join(' ')}`,
    algorithmId: COMPARE.id,
    algorithmVersion: COMPARE.version,
    params: CompareParams.parse({
      comparator,
      ...(film === undefined ? {} : { film }),
      limits: pairLimits(manifest),
    }),
    inputs: Object.fromEntries([...outputs, ...module]),
    limits: COMPARE_LIMITS,
  }
}

/**
 * The most that a comparing module may use for one pair: what a unit of the job may, and at least the defaults, since a module
 * may be larger than what it compares; two outputs of any size; and no more than the whole comparing has.
 */
function pairLimits({ limits: asked }: JobManifest): UnitLimits {
  const least = UnitLimits.parse({})
  const { memoryBytesMax, wallMsMax } = COMPARE_LIMITS
  return {
    ...least,
    fuel: Math.max(least.fuel, asked?.fuel ?? 0),
    memory_pages: Math.min(
      Math.max(least.memory_pages, asked?.memory_pages ?? 0),
      memoryBytesMax / PAGE_BYTES,
    ),
    input_bytes: INPUT_BYTES_MAX,
    wall_ms: Math.min(Math.max(least.wall_ms, asked?.wall_ms ?? 0), wallMsMax),
  }
}

/** A relation in which each is alike to itself alone. */
function unlike(cids: readonly Cid[]): Likeness {
  return { candidates: [...cids], alike: cids.map((_, i) => cids.map((_other, j) => i === j)) }
}

function setAlike(alike: boolean[][], i: number, j: number, is: boolean): void {
  for (const [from, to] of [
    [i, j],
    [j, i],
  ] as const) {
    const row = alike[from]
    if (row !== undefined) row[to] = is
  }
}
