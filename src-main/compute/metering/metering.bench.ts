/**
 * The cost of the meter: modules run metered and not, turn by turn in this process; what NaN canonicalisation adds;
 * what a unit of fuel is in time, and how far that differs between programs; how fast modules are instrumented.
 */
import type { Benchmark, Measurement } from '../../bench.ts'
import { FaultError } from '../../protocol/fault.ts'
import {
  assemblyScriptWorkloads,
  hashModules,
  llvmWorkloads,
  type Workload,
} from './programs/corpus.fixture.ts'
import { lineStatisticsWorkload } from './programs/line-statistics.fixture.ts'
import { meterModule, type MeterOptions } from './meter.ts'
import { instantiateMetered, type MeteredInstance } from './metered-instance.ts'
import { pathTraceWorkload } from './programs/path-trace.fixture.ts'
import { realModules } from './programs/real-modules.fixture.ts'
import { sqliteWorkload } from './programs/sqlite.fixture.ts'

/** V8 compiles what is hot again in the background: until then what runs is not what counts. */
const WARM_UP_MS = 400
/**
 * Rounds of every variant, in blocks. Processor time counts, which the others on a shared machine disturb less than
 * the clock; it is exact over many milliseconds only. The best block counts: the compiler may have been late.
 */
const BLOCKS = 5
const ROUNDS = 10
const INJECTION_ROUNDS = 5
const FUEL = Number.MAX_SAFE_INTEGER

type Report = (measurement: Measurement) => void

/** Milliseconds of processor time of one run. */
interface Timed {
  readonly workload: Workload
  readonly plainMs: number
  readonly meteredMs: number
  /** Metered, and NaN bits made canonical. */
  readonly canonicalMs: number
  readonly units: number
}

function options(nanBits: MeterOptions['nanBits']): MeterOptions {
  return { memoryPagesMax: 65_536, tableElementsMax: 1_000_000, nanBits }
}

interface Variant {
  readonly run: () => bigint
  readonly fuelUsed: () => number
}

function plain(workload: Workload): Variant {
  const module = new WebAssembly.Module(workload.bytes)
  const instantiate = (imports: WebAssembly.Imports = {}) => new WebAssembly.Instance(module, imports).exports
  return { run: workload.work(instantiate, 'large'), fuelUsed: () => 0 }
}

function metered(workload: Workload, nanBits: MeterOptions['nanBits']): Variant {
  const module = new WebAssembly.Module(meterModule(workload.bytes, options(nanBits)).bytes)
  let used = 0
  let last: MeteredInstance | undefined
  const fuelUsed = () => used + (last?.fuelUsed() ?? 0)
  const instantiate = (imports: WebAssembly.Imports = {}) => {
    used = fuelUsed()
    last = instantiateMetered(module, imports, { fuel: FUEL })
    return last.exports
  }
  return { run: workload.work(instantiate, 'large'), fuelUsed }
}

/** Milliseconds of processor time of this thread. */
function cpuMsOf(work: () => unknown): number {
  const start = process.threadCpuUsage()
  work()
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1_000
}

function timed(workload: Workload): Timed {
  const variants = [plain(workload), metered(workload, 'untouched'), metered(workload, 'canonical')] as const
  const best = [Infinity, Infinity, Infinity]
  const untilMs = performance.now() + WARM_UP_MS
  while (performance.now() < untilMs) for (const { run } of variants) run()
  for (let block = 0; block < BLOCKS; block++) {
    const sums = [0, 0, 0]
    for (let round = 0; round < ROUNDS; round++) {
      for (const [i, { run }] of variants.entries()) sums[i] = (sums[i] ?? 0) + cpuMsOf(run) / ROUNDS
    }
    for (const [i, sum] of sums.entries()) best[i] = Math.min(best[i] ?? Infinity, sum)
  }
  const before = variants[2].fuelUsed()
  const results = new Set(variants.map(({ run }) => run()))
  if (results.size !== 1) throw new Error(`${workload.name} computes something else when metered`)
  const [plainMs = 0, meteredMs = 0, canonicalMs = 0] = best
  return { workload, plainMs, meteredMs, canonicalMs, units: variants[2].fuelUsed() - before }
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

function reportRatios(report: Report, name: string, all: readonly Timed[], targetMax: number): void {
  const ratios = all.map(({ workload, plainMs, meteredMs }) => ({
    ratio: meteredMs / plainMs,
    of: workload.name,
  }))
  const mean = geometricMean(ratios.map(({ ratio }) => ratio))
  const worst = ratios.reduce((a, b) => (a.ratio > b.ratio ? a : b))
  const unit = '× unmetered'
  report({
    metric: `${name}, geomean`,
    value: mean,
    unit,
    target: `≤ ${targetMax.toFixed(2)}`,
    met: mean <= targetMax,
  })
  report({ metric: `${name}, worst`, value: worst.ratio, unit, note: worst.of })
}

function reportNan(report: Report, all: readonly Timed[]): void {
  const floats = all.filter(({ workload }) => workload.floats)
  const ratios = floats.map(({ canonicalMs, meteredMs }) => canonicalMs / meteredMs)
  const mean = geometricMean(ratios)
  const worst = Math.max(...ratios)
  const note = floats[ratios.indexOf(worst)]?.workload.name ?? ''
  const unit = '× untouched'
  report({
    metric: 'NaN bits, float kernels, geomean',
    value: mean,
    unit,
    target: '≤ 1.10',
    met: mean <= 1.1,
  })
  report({ metric: 'NaN bits, float kernels, worst', value: worst, unit, note })
  const rest = all.filter(({ workload }) => !workload.floats)
  const others = geometricMean(rest.map(({ canonicalMs, meteredMs }) => canonicalMs / meteredMs))
  report({ metric: 'NaN bits, all others, geomean', value: others, unit })
}

function reportPrices(report: Report, all: readonly Timed[]): void {
  const prices = all
    .map(({ workload, canonicalMs, units }) => ({ price: (canonicalMs * 1e6) / units, of: workload.name }))
    .sort((a, b) => a.price - b.price)
  const [least, most] = [prices[0], prices[prices.length - 1]]
  if (least === undefined || most === undefined) return
  const spread = most.price / least.price
  const note = `${least.of} ${least.price.toFixed(3)} to ${most.of} ${most.price.toFixed(3)} ns per unit`
  report({
    metric: 'fuel price, most ÷ least',
    value: spread,
    unit: '×',
    target: '≤ 3',
    met: spread <= 3,
    note,
  })
  const tenth = Math.floor(prices.length / 10)
  const middle = (prices[prices.length - 1 - tenth]?.price ?? 0) / (prices[tenth]?.price ?? 1)
  report({ metric: 'fuel price, most ÷ least of the middle eight tenths', value: middle, unit: '×' })
  report({
    metric: 'fuel price, geomean',
    value: geometricMean(prices.map(({ price }) => price)),
    unit: 'ns/unit',
  })
}

function reportEach(report: Report, { workload, plainMs, meteredMs, canonicalMs, units }: Timed): void {
  const nan = workload.floats ? `, NaN bits ${(canonicalMs / meteredMs).toFixed(2)}×` : ''
  const note = `${((canonicalMs * 1e6) / units).toFixed(3)} ns per unit${nan}`
  report({
    metric: workload.name,
    value: meteredMs,
    unit: 'ms',
    ratio: meteredMs / plainMs,
    versus: 'unmetered',
    note,
  })
}

function reportInjection(report: Report, modules: ReadonlyMap<string, Uint8Array>): void {
  for (const nanBits of ['untouched', 'canonical'] as const) {
    let bytes = 0
    let bestMs = Infinity
    for (const module of modules.values()) bytes += module.length
    for (let round = 0; round < INJECTION_ROUNDS; round++) {
      const all = () => {
        for (const module of modules.values()) meterModule(module, options(nanBits))
      }
      bestMs = Math.min(bestMs, cpuMsOf(all))
    }
    const value = bytes / 1e3 / bestMs
    const note = `${modules.size} modules, ${(bytes / 1e6).toFixed(1)} MB, parsed, validated and written`
    report({
      metric: `injection, NaN bits ${nanBits}`,
      value,
      unit: 'MB/s',
      target: '≥ 50',
      met: value >= 50,
      note,
    })
  }
}

function isTaken(bytes: Uint8Array): boolean {
  try {
    meterModule(bytes, options('untouched'))
    return true
  } catch (error) {
    if (error instanceof FaultError) return false
    throw error
  }
}

/** The meter's price, in time. */
export const benchmark: Benchmark = {
  name: 'metering',
  run(report) {
    const sqlite = sqliteWorkload()
    if (sqlite === null)
      report({ metric: 'sqlite', value: 0, unit: 'ms', note: 'not measured: no clang-14 here' })
    const scripts = assemblyScriptWorkloads().map(timed)
    const hashes = llvmWorkloads().map(timed)
    const programs = [lineStatisticsWorkload(), ...(sqlite === null ? [] : [sqlite])].map(timed)
    const all = [...scripts, ...hashes, ...programs]
    for (const one of [...all, timed(pathTraceWorkload())]) reportEach(report, one)
    reportRatios(report, 'AssemblyScript', scripts, 1.08)
    reportRatios(report, 'LLVM', [...hashes, ...programs], 1.03)
    reportRatios(
      report,
      'float kernels',
      scripts.filter(({ workload }) => workload.floats),
      1.1,
    )
    reportNan(report, all)
    reportPrices(report, all)
    const modules = new Map([...realModules(), ...hashModules()].filter(([, bytes]) => isTaken(bytes)))
    if (sqlite !== null) modules.set('sqlite', sqlite.bytes)
    reportInjection(report, modules)
  },
}
