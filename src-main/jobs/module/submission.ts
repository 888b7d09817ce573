import type { ModuleRequest, SubmittedModule } from '#contract'
import { encodeCanonical } from '../../protocol/canonical.ts'
import type { Cid } from '../../protocol/ids.ts'
import { INPUT_ROLE, MODULE_ROLE, moduleRules, type ModuleParams } from '../../protocol/job-kinds/module.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { newJobId } from '../job-id.ts'
import { checkModule } from './check.ts'
import type { JobDependencies } from '../dependencies.ts'
import { newManifest } from '../manifest.ts'
import { keptDataset, keyFor } from '../placement.ts'
import { followingJob } from '../following-job.ts'
import { splitInput } from './split-input.ts'

/**
 * Owner of the pins that a submission holds until its job has its own: one for all, so that a restart releases them.
 */
const SUBMISSION_PIN = 'api:modules'

/** The parts of a manifest that say how many units there are, and what each reads. */
type Reading = Pick<JobManifest, 'inputs' | 'unit_count' | 'parts'>

/** Submits modules of strangers as jobs. */
export interface ModuleSubmissions {
  /** @throws FaultError as the contract says */
  submit(request: ModuleRequest, signal: AbortSignal): Promise<SubmittedModule>
}

/** Creates them for one run of a peer. */
export function createModuleSubmissions(dependencies: JobDependencies): ModuleSubmissions {
  const { blobs, runtime } = dependencies
  // Pins survive a restart, submissions do not.
  blobs.unpin(SUBMISSION_PIN)
  let underWay = 0

  const keep = (cids: readonly Cid[]): void => blobs.pin(cids, SUBMISSION_PIN)

  async function accept(request: ModuleRequest, signal: AbortSignal): Promise<SubmittedModule> {
    const { module, reduce, comparator } = request
    const key = keyFor(request)
    const comparing = comparator?.name === 'module' ? [comparator.cid] : []
    const modules = [module, ...(reduce === undefined ? [] : [reduce]), ...comparing]
    keep(modules)
    for (const cid of modules) await checkModule(dependencies, cid, request, signal)
    const reading = await readingOf(request, signal)
    const manifest = manifestOf(dependencies, request, reading)
    await runtime.submit(manifest, [...modules, ...keptDataset(request, blobs)], key)
    const following = followingJob(manifest)
    return {
      kind: 'module',
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

function manifestOf(dependencies: JobDependencies, request: ModuleRequest, reading: Reading): JobManifest {
  const { args, env, seed, limits, reduce, comparator } = request
  const params: ModuleParams = { args, env, seed, ...(reduce === undefined ? {} : { reduce }) }
  const units = { units: reading.unit_count, limits }
  return newManifest(dependencies, request, {
    ...reading,
    job_id: newJobId(dependencies.random, moduleRules.id),
    description: request.description ?? moduleRules.id,
    algorithm_id: moduleRules.id,
    algorithm_version: moduleRules.version,
    params,
    limits,
    ...(comparator === undefined ? {} : { comparator }),
    result: reduce === undefined ? 'joined' : 'reduced',
    estimated_duration_seconds: request.estimated_duration_seconds ?? moduleRules.unitCost(params, units),
    resources: moduleRules.resources(params, units),
  })
}
