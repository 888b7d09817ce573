import { describe, expect, it } from 'vitest'
import type { PeerEvent } from '../../peer/event.ts'
import { initialState } from '../../peer/state.ts'
import { advance } from '../../peer/step.ts'
import type { RunnerAlgorithm } from '../../ports/runner.ts'
import { NUMERIC_CLASS } from '../../protocol/engine.ts'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { measureCapabilities, type MeasureDependencies } from './capabilities.ts'

const PEER = `12D3KooW${'1'.repeat(44)}` as PeerId
const ECHO: RunnerAlgorithm = {
  algorithmId: 'test.echo',
  version: '1.0.0',
  scope: 'shared',
  engine: 'engine-1',
}

/** A machine whose benchmark runs out of time so many times, with a clock by hand. */
function busyMachine(failures: number, share: MeasureDependencies['share']) {
  const state = initialState(PEER, 'me')
  const told: PeerEvent[] = []
  const warnings: string[] = []
  const remembered = new Map<string, unknown>()
  const waits: { readonly ms: number; readonly end: () => void }[] = []
  const stopping = new AbortController()
  let runs = 0
  const measuring = measureCapabilities({
    runtime: {
      state,
      dispatch(event) {
        told.push(event)
        advance(state, event)
        return Promise.resolve()
      },
    },
    runner: {
      algorithms: () => [ECHO],
      setConcurrency: () => undefined,
      async benchmark() {
        await Promise.resolve()
        return ++runs <= failures ? refuse('timed-out', 'the benchmark got no processor') : 0.5
      },
    },
    machine: { resources: () => Promise.resolve({ cpu_cores: 4, ram_gb: 8 }) },
    settings: {
      read: (key, schema) => schema.optional().parse(remembered.get(key)),
      write: (key, value) => void remembered.set(key, value),
    },
    clock: {
      nowMs: () => 0,
      after(ms, end) {
        waits.push({ ms, end })
        return () => undefined
      },
    },
    share,
    lendsPartOfCores: true,
    warn: (line) => warnings.push(line),
    signal: stopping.signal,
  })
  /** Lets the machine fail once more and ends the pause after that. @returns how long the pause was */
  const again = async (): Promise<number> => {
    let wait: (typeof waits)[number] | undefined
    while ((wait = waits.shift()) === undefined) await new Promise((resolve) => setImmediate(resolve))
    wait.end()
    return wait.ms
  }
  return { state, told, warnings, measuring, again, stop: () => stopping.abort(), waits, runs: () => runs }
}

describe('[A22] a machine that is too busy to be measured', () => {
  it('is measured again after pauses that grow, says so once, and then shares', async () => {
    const { state, warnings, measuring, again } = busyMachine(4, { cores: 1 })
    const pauses = [await again(), await again(), await again(), await again()]
    await measuring
    expect(pauses).toEqual([5_000, 10_000, 20_000, 40_000])
    expect(warnings).toEqual([
      'this machine could not be measured, so it shares nothing for now: the benchmark got no processor',
    ])
    expect(state.view.capabilities).toEqual([
      {
        algorithm_id: 'test.echo',
        version: '1.0.0',
        supported: true,
        performance_score: 0.5,
        engine_digest: 'none',
        numeric_class: NUMERIC_CLASS,
      },
    ])
    expect(state.sharing.availability).toMatchObject({ kind: 'always', resources: { cpu_cores: 1 } })
  })

  it('keeps what its user chose in the meantime', async () => {
    const { state, told, measuring, again, waits } = busyMachine(2, { cores: 1 })
    while (waits.length === 0) await new Promise((resolve) => setImmediate(resolve))
    expect(state.sharing.availability.kind).toBe('always')
    advance(state, { kind: 'availability-set', at_ms: 1, availability: { kind: 'never' } })
    await again()
    await again()
    await measuring
    expect(state.sharing.availability).toEqual({ kind: 'never' })
    expect(told.filter(({ kind }) => kind === 'availability-set')).toHaveLength(1)
  })

  it('is left alone when the peer stops in a pause', async () => {
    const { told, measuring, stop, waits, runs } = busyMachine(9, 'nothing')
    while (waits.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop()
    await measuring
    expect(runs()).toBe(1)
    expect(told.map(({ kind }) => kind)).toEqual(['availability-set'])
  })
})
