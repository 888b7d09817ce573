import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Benchmark, Measurement } from '../bench.ts'
import { runScaling, type ScalingCase, type ScalingResult } from './scaling.ts'

const OUT = join(import.meta.dirname, '../../out')
const DELAYS = [
  [1, 5],
  [40, 120],
  [300, 300],
] as const

/** A row is this, but for what it names. */
const USUAL: ScalingCase = {
  providers: 8,
  machines: 'equal',
  requesters: 1,
  requesterCores: 2,
  unitSeconds: 2,
  delayMs: [40, 120],
  redundancy: 1,
  stragglers: false,
  churn: false,
  unitsPerCore: 40,
  seed: 1,
}

/** The rows of the table: each names only what differs from the usual one. */
function rows(): Partial<ScalingCase>[] {
  const grid = [1, 3, 8, 32].flatMap((providers) =>
    [0.05, 0.25, 2, 20].flatMap((unitSeconds) =>
      DELAYS.map((delayMs) => ({ providers, unitSeconds, delayMs })),
    ),
  )
  const units = [0.25, 2, 20]
  return [
    ...grid,
    ...units.map((unitSeconds) => ({ providers: 200, unitSeconds })),
    ...[3, 8, 32].flatMap((providers) => [2, 3].map((redundancy) => ({ providers, redundancy }))),
    ...[8, 32].flatMap((providers) =>
      units.map((unitSeconds) => ({ providers, unitSeconds, machines: 'mixed' as const })),
    ),
    ...[8, 32].flatMap((providers) =>
      [2, 20].map((unitSeconds) => ({ providers, unitSeconds, stragglers: true })),
    ),
    ...[9, 30].map((providers) => ({ providers, churn: true })),
    ...[8, 32].map((providers) => ({ providers, requesters: 5 })),
  ]
}

/**
 * How much of the ideal time a job takes, in virtual time: ideal is all work at the simulator's mean speed divided by all
 * cores, with as many different peers for each unit as its redundancy asks for. Providers know the requester only, so
 * that nothing but offers and awards keeps them apart. `out/scaling.json` has the rows.
 */
export const benchmark: Benchmark = {
  name: 'scaling',
  async run(report) {
    const results: ScalingResult[] = []
    const known = new Map<string, number>()
    for (const row of rows()) {
      const result = await runScaling({ ...USUAL, ...row })
      results.push(result)
      const plain = JSON.stringify({ ...USUAL, ...row, stragglers: false })
      known.set(JSON.stringify({ ...USUAL, ...row }), result.efficiency)
      report(measurement({ ...USUAL, ...row }, result, known.get(plain)))
    }
    mkdirSync(OUT, { recursive: true })
    writeFileSync(join(OUT, 'scaling.json'), `${JSON.stringify(results, null, 2)}\n`)
  },
}

function measurement(row: ScalingCase, result: ScalingResult, plain: number | undefined): Measurement {
  const target = targetOf(row, plain)
  const notes = [
    `requester ${result.requester_share_ratio} of its share`,
    `${result.messages_per_unit} messages a unit`,
    `brain ${result.brain_us_per_unit} µs a unit`,
    ...(result.extra_work > 0 ? [`${(100 * result.extra_work).toFixed(1)} % extra work`] : []),
  ]
  return {
    metric: nameOf(row),
    value: result.efficiency,
    unit: 'of the ideal',
    ...(target === undefined ? {} : { target: `≥ ${target.toFixed(2)}`, met: result.efficiency >= target }),
    note: notes.join(', '),
  }
}

function nameOf(row: ScalingCase): string {
  const parts = [
    `${row.providers} × ${row.machines === 'equal' ? '4 cores' : '1–16 cores'}`,
    `${row.unitSeconds} s`,
    `${row.delayMs[0] === row.delayMs[1] ? row.delayMs[0] : row.delayMs.join('–')} ms`,
    ...(row.redundancy > 1 ? [`redundancy ${row.redundancy}`] : []),
    ...(row.stragglers ? ['2 % stragglers × 8'] : []),
    ...(row.churn ? ['a third leave and others come'] : []),
    ...(row.requesters > 1 ? [`${row.requesters} requesters`] : []),
  ]
  return parts.join(', ')
}

/** The targets of the issue of scaling: units of a second and more, 0.25 s over a usual line, 200 providers, stragglers. */
function targetOf(row: ScalingCase, plain: number | undefined): number | undefined {
  if (row.stragglers) return plain === undefined ? undefined : 0.9 * plain
  if (row.providers > 32) return 0.9
  if (row.unitSeconds >= 1) return 0.95
  return row.unitSeconds === 0.25 && row.delayMs[1] === 120 ? 0.9 : undefined
}
