import { z } from 'zod'
import { faultOf } from '../protocol/fault.ts'
import type { AlgorithmCapability } from '../protocol/slot.ts'
import type { Clock } from '../ports/clock.ts'
import type { Hardware } from '../ports/hardware.ts'
import type { Runner, RunnerAlgorithm } from '../ports/runner.ts'
import type { Settings } from '../ports/settings.ts'
import type { PeerRuntime } from './peer-runtime.ts'

/** What a user shares around the clock unless told otherwise: all cores but one, so that the PC stays pleasant. */
const CORES_KEPT = 1
/** … and half of the memory. */
const RAM_SHARE = 0.5
/** Looking at the hardware and the benchmarks together take a second or two; more means that something hangs. */
const MEASURE_WITHIN_MS = 60_000
/** A user who shares around the clock helps gladly, but less urgently than one who paints a slot for somebody. */
const ALWAYS_PRIORITY = 0.5

/** What to share: around the clock with so much, or nothing; undefined leaves what the user chose before. */
export type Share = { readonly cores?: number; readonly ramGb?: number } | 'nothing' | undefined

const Score = z.number().min(0).max(1)

/**
 * Measures what this machine can do and tells the peer: hardware, and each shared algorithm's speed by a short real
 * run, remembered until the engine's code changes. Sets what is shared on a first start, or when `share` says so.
 * Never rejects: a machine that cannot be measured shares nothing, and says so.
 */
export async function measureCapabilities(parts: {
  readonly runtime: PeerRuntime
  readonly runner: Runner
  readonly hardware: Hardware
  readonly settings: Settings
  readonly clock: Clock
  readonly share: Share
  /** Whether processes can be let run for a part of the time here. */
  readonly lendsPartOfCores: boolean
  readonly warn: (line: string) => void
  readonly signal: AbortSignal
}): Promise<void> {
  const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(MEASURE_WITHIN_MS)])
  try {
    await measure({ ...parts, signal })
  } catch (error) {
    if (parts.signal.aborted) return
    parts.warn(
      `this machine could not be measured, so it shares nothing: ${faultOf(error, 'timed-out').message}`,
    )
  }
}

async function measure(parts: Parameters<typeof measureCapabilities>[0]): Promise<void> {
  const { runtime, runner, hardware, clock, share, signal } = parts
  if (share === 'nothing') {
    await runtime.dispatch({
      kind: 'availability-set',
      at_ms: clock.nowMs(),
      availability: { kind: 'never' },
    })
  }
  const { cpu, ramBytes } = await hardware.probe({ signal })
  const ram_gb = (ramBytes * RAM_SHARE) / 2 ** 30
  const isFirst = runtime.state.epoch === 1 && runtime.state.availability.kind === 'never'
  if (share !== 'nothing' && (share !== undefined || isFirst)) {
    const resources = {
      cpu_cores: share?.cores ?? Math.max(1, cpu.cores - CORES_KEPT),
      ram_gb: share?.ramGb ?? ram_gb,
    }
    const availability = { kind: 'always', resources, priority: ALWAYS_PRIORITY } as const
    await runtime.dispatch({ kind: 'availability-set', at_ms: clock.nowMs(), availability })
  }
  // Own jobs have the whole machine, whatever is lent of it.
  runner.setConcurrency(cpu.cores)
  const machine = { resources: { cpu_cores: cpu.cores, ram_gb }, lendsPartOfCores: parts.lendsPartOfCores }
  const algorithms: AlgorithmCapability[] = []
  for (const algorithm of runner.algorithms()) {
    if (algorithm.scope !== 'shared') continue
    const performance_score = await scoreOf(parts, algorithm, signal)
    const { algorithmId: algorithm_id, version } = algorithm
    algorithms.push({ algorithm_id, version, supported: performance_score > 0, performance_score })
  }
  await runtime.dispatch({ kind: 'capabilities-measured', at_ms: clock.nowMs(), algorithms, machine })
}

async function scoreOf(
  { runner, settings }: { readonly runner: Runner; readonly settings: Settings },
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
