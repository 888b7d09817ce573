import type { ModuleRequest, SubmittedModule } from '#contract'
import { encodeCanonical } from '../../protocol/canonical.ts'
import type { Cid } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { INPUT_ROLE, MODULE_ROLE, WASM_MODULE, type WasmParams } from '../../protocol/job-kinds/module.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { newJobId } from '../job-id.ts'
import { blobInput, runLocalTask } from '../local-task.ts'
import { CHECK, unitResources, unitSeconds } from './check.ts'
import type { ApiParts } from '../../api/parts.ts'
import { keptDataset, keyFor, placementOf } from '../placement.ts'
import { followingJob } from '../following-job.ts'
import { splitInput } from './split-input.ts'

/** What a submission keeps until its job has its own pins: one owner for all, so that a restart lets go of it. */
const SUBMISSION_PIN = 'api:modules'
/** Metering goes at 50 MB/s or more, and V8's own checks are faster: the largest module takes seconds. */
const CHECK_LIMITS = { wallMsMax: 60_000, memoryBytesMax: 4 * 2 ** 30, outputBytesMax: 0 }

/** The parts of a manifest that say how many units there are, and what each reads. */
type Reading = Pick<JobManifest, 'inputs' | 'unit_count' | 'parts'>

/** Submits modules of strangers as jobs. */
export interface ModuleSubmissions {
  /** @throws FaultError as the contract says */
  submit(request: ModuleRequest, signal: AbortSignal): Promise<SubmittedModule>
}

/** Creates them for one run of a peer. */
export function createModuleSubmissions(parts: ApiParts): ModuleSubmissions {
  const { blobs, runtime } = parts
  // Pins survive a restart, submissions do not.
  blobs.unpin(SUBMISSION_PIN)
  let underWay = 0

  const keep = (cids: readonly Cid[]): void => blobs.pin(cids, SUBMISSION_PIN)

  async function accept(request: ModuleRequest, signal: AbortSignal): Promise<SubmittedModule> {
    const { module, reduce } = request
    const key = keyFor(request)
    const modules = [module, ...(reduce === undefined ? [] : [reduce])]
    keep(modules)
    for (const cid of modules) await checkModule(parts, cid, request, signal)
    const reading = await readingOf(request, signal)
    const manifest = manifestOf(parts, request, reading)
    await runtime.submit(manifest, [...modules, ...keptDataset(request, blobs)], key)
    const following = followingJob(manifest)
    return {
      job_id: manifest.job_id,
      units: manifest.unit_count,
      ...(following === undefined ? {} : { reduced_by: following }),
    }
  }

  async function readingOf({ module, input }: ModuleRequest, signal: AbortSignal): Promise<Reading> {
    const inputs = { [MODULE_ROLE]: module }
    switch (input.kind) {
      case 'nothing':
        return { inputs, unit_count: input.units }
      case 'file':
        return { inputs: { ...inputs, [INPUT_ROLE]: input.cid }, unit_count: 1 }
      case 'files':
        return split(inputs, input.cids)
      case 'lines':
      case 'bytes': {
        keep([input.cid])
        const cut = await splitInput(input, { blobs, keep, signal })
        if (cut.length > 0) return split(inputs, cut)
        return { inputs: { ...inputs, [INPUT_ROLE]: input.cid }, unit_count: 1 }
      }
    }
  }

  async function split(inputs: Reading['inputs'], cids: readonly Cid[]): Promise<Reading> {
    const list = await blobs.put(encodeCanonical(cids))
    keep([list])
    return { inputs, unit_count: cids.length, parts: list }
  }

  return {
    async submit(request, signal) {
      underWay++
      try {
        return await accept(request, signal)
      } finally {
        underWay--
        if (underWay === 0) blobs.unpin(SUBMISSION_PIN)
      }
    },
  }
}

/**
 * Lets the sandbox look at a module, in the compute host: this process never reads what a stranger wrote.
 * @throws FaultError `module-refused` with one line that says what and where
 */
async function checkModule(
  { blobs, runner }: ApiParts,
  cid: Cid,
  { limits }: ModuleRequest,
  signal: AbortSignal,
): Promise<void> {
  const task = {
    id: `check ${cid}`,
    algorithmId: CHECK.id,
    algorithmVersion: CHECK.version,
    params: { limits },
    inputs: { [MODULE_ROLE]: blobInput(blobs, cid, 'the module') },
    limits: CHECK_LIMITS,
  }
  await runLocalTask(runner, task, signal)
}

function manifestOf(
  { runtime, clock, random }: ApiParts,
  request: ModuleRequest,
  reading: Reading,
): JobManifest {
  const { args, env, seed, limits, reduce } = request
  const params: WasmParams = { args, env, seed, limits, ...(reduce === undefined ? {} : { reduce }) }
  return {
    job_id: newJobId(random, WASM_MODULE.id),
    requester_id: runtime.state.me,
    description: request.description ?? WASM_MODULE.id,
    algorithm_id: WASM_MODULE.id,
    algorithm_version: WASM_MODULE.version,
    params,
    ...reading,
    ...placementOf(request, unitResources(limits)),
    estimated_duration_seconds: request.estimated_duration_seconds ?? unitSeconds(limits),
    priority: request.priority,
    verification_redundancy: request.redundancy,
    created_at: toTimestamp(clock.nowMs()),
  }
}
