import { z } from 'zod'
import { NUMERIC_CLASS } from '../../protocol/engine.ts'
import { faultOf } from '../../protocol/fault.ts'
import type { AlgorithmCapability } from '../../protocol/slot.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Runner, RunnerAlgorithm } from '../../ports/runner.ts'
import type { Settings } from '../../ports/settings.ts'
import type { ComputeResource } from '../../protocol/resource.ts'
import { LENT_LIMITS } from '../../protocol/unit-limits.ts'
import { engineDigest } from '../engine-digest.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import type { ResourceWatch } from './resource-watch.ts'

/** The default share, around the clock: all cores but one, so that the PC stays pleasant. */
const CORES_KEPT = 1
/** … and half of the memory. */
const RAM_SHARE = 0.5
/**
 * Looking at the hardware and the benchmarks together take a second or two, and many times that on a machine that is
 * busy with its user's work, which comes before ours; more means that something hangs.
 */
const MEASURE_WITHIN_MS = 300_000
/** The pause before a measurement that failed is tried again, doubled with each failure up to the maximum. */
const AGAIN_MS_MIN = 5_000
const AGAIN_MS_MAX = 10 * 60_000
/** A user who shares around the clock helps gladly, but less urgently than one who paints a slot for a contact. */
const ALWAYS_PRIORITY = 0.5

/** The share: around the clock with so much, or nothing; undefined keeps the user's earlier choice. */
export type Share = { readonly cores?: number; readonly ramGb?: number } | 'nothing' | undefined

const Score = z.number().min(0).max(1)

/** The ports and options that measuring uses. */
export interface MeasureDependencies {
  readonly runtime: Pick<PeerRuntime, 'state' | 'dispatch'>
  readonly runner: Pick<Runner, 'algorithms' | 'benchmark' | 'setConcurrency'>
  readonly machine: Pick<ResourceWatch, 'resources'>
  readonly settings: Settings
  readonly clock: Clock
  readonly share: Share
  /** Whether processes can be let run for a part of the time here. */
  readonly lendsPartOfCores: boolean
  readonly warn: (line: string) => void
  readonly signal: AbortSignal
}

/**
 * Measures what this machine can do and tells the peer: hardware, and each shared algorithm's speed by a short real
 * run, remembered until the engine's code changes. Sets what is shared on a first start, or when `share` says so.
 * Never rejects: a machine that cannot be measured shares nothing, says so once, and is measured again later.
 */
export async function measureCapabilities(dependencies: MeasureDependencies): Promise<void> {
  const { runtime, clock, share, warn, signal } = dependencies
  if (share === 'nothing') {
    await runtime.dispatch({
      kind: 'availability-set',
      at_ms: clock.nowMs(),
      availability: { kind: 'never' },
    })
  }
  const setShare = createShareSetting(dependencies)
  for (let failures = 0; ; failures++) {
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(MEASURE_WITHIN_MS)])
      await measure({ ...dependencies, signal: within }, setShare)
      return
    } catch (error) {
      if (signal.aborted) return
      const { message } = faultOf(error, 'timed-out')
      if (failures === 0) warn(`this machine could not be measured, so it shares nothing for now: ${message}`)
    }
    if (!(await pause(clock, Math.min(AGAIN_MS_MAX, AGAIN_MS_MIN * 2 ** failures), signal))) return
  }
}

/** Waits. @returns false when the signal ended it */
function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel()
      signal.removeEventListener('abort', end)
      resolve(!signal.aborted)
    }
    const cancel = clock.after(ms, end)
    signal.addEventListener('abort', end)
  })
}

/** Sets what is shared, the first time only: after that the user may have chosen something else. */
function createShareSetting({ runtime, clock, share }: MeasureDependencies) {
  let isSet = false
  return async (resources: ComputeResource): Promise<void> => {
    const isFirst = runtime.state.epoch === 1 && runtime.state.sharing.availability.kind === 'never'
    if (isSet || share === 'nothing' || (share === undefined && !isFirst)) return
    isSet = true
    const shared = sharedOf(resources, share ?? {})
    const availability = { kind: 'always', resources: shared, priority: ALWAYS_PRIORITY } as const
    await runtime.dispatch({ kind: 'availability-set', at_ms: clock.nowMs(), availability })
  }
}

async function measure(
  dependencies: MeasureDependencies,
  setShare: (resources: ComputeResource) => Promise<void>,
): Promise<void> {
  const { runtime, runner, clock, signal } = dependencies
  const resources = await dependencies.machine.resources(signal)
  await setShare(resources)
  // Own jobs have the whole machine, whatever is lent of it.
  runner.setConcurrency(resources.cpu_cores)
  const machine = { resources, lendsPartOfCores: dependencies.lendsPartOfCores }
  const algorithms: AlgorithmCapability[] = []
  for (const algorithm of runner.algorithms()) {
    if (algorithm.scope !== 'shared') continue
    const performance_score = await scoreOf(dependencies, algorithm, signal)
    const { algorithmId: algorithm_id, version, limited, engine } = algorithm
    const supported = performance_score > 0
    // The user's own limits take their place when slots are published.
    const lent = limited ? { limits: LENT_LIMITS } : {}
    const identity = { engine_digest: engineDigest(engine), numeric_class: NUMERIC_CLASS }
    algorithms.push({ algorithm_id, version, supported, performance_score, ...lent, ...identity })
  }
  await runtime.dispatch({ kind: 'capabilities-measured', at_ms: clock.nowMs(), algorithms, machine })
}

/**
 * The default share of a machine: all cores but one, half of the memory, and all else whose use does not
 * disturb the user, within the limits that are set apart from this (disk, network).
 */
function sharedOf(
  { cpu_cores, ram_gb, ...rest }: ComputeResource,
  { cores, ramGb }: Exclude<Share, 'nothing' | undefined>,
): ComputeResource {
  const { network_mbps: _notChosen, ...chosen } = rest
  return {
    cpu_cores: cores ?? Math.max(1, cpu_cores - CORES_KEPT),
    ram_gb: ramGb ?? ram_gb * RAM_SHARE,
    ...chosen,
  }
}

async function scoreOf(
  { runner, settings }: Pick<MeasureDependencies, 'runner' | 'settings'>,
  { algorithmId, engine }: RunnerAlgorithm,
  signal: AbortSignal,
): Promise<number> {
  const key = `score:${engine}`
  const known = settings.read(key, Score)
  if (known !== undefined) return known
  const measured = await runner.benchmark(algorithmId, { signal })
  settings.write(key, measured)
  return measured
}
