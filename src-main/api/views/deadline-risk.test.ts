import { describe, expect, it } from 'vitest'
import { createBrain, JOB, manifestOf, NOON, submit } from '../../peer/brain.fixture.ts'
import { toTimestamp } from '../../protocol/time.ts'
import { moduleRules } from '../../protocol/job-kinds/module.ts'
import { limitSeconds, UnitLimits } from '../../protocol/unit-limits.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { createDeadlineRisks } from './deadline-risk.ts'

const MINUTE_MS = 60_000
const LIMITS = UnitLimits.parse({})

/** A job of twenty minutes on a machine of one core, and what is said of its deadline. */
function asking(changes: Partial<JobManifest>, isMeasured = true) {
  const brain = createBrain()
  const algorithms = ['test.echo', moduleRules.id].map((algorithm_id) => ({
    algorithm_id,
    version: '1.0.0',
    supported: true,
    performance_score: 1,
  }))
  const machine = { resources: { cpu_cores: 1, ram_gb: 8 }, lendsPartOfCores: true }
  if (isMeasured) brain.happens({ kind: 'capabilities-measured', at_ms: NOON, algorithms, machine })
  submit(brain, manifestOf({ unit_count: 20, estimated_duration_seconds: 60, ...changes }))
  const riskOf = createDeadlineRisks(brain.state)
  return {
    brain,
    riskAt: (nowMs: number) => {
      const job = brain.state.requester.jobs.get(JOB)
      return job === undefined ? undefined : riskOf(job, nowMs)
    },
  }
}

const inMinutes = (minutes: number) => ({ deadline: toTimestamp(NOON + minutes * MINUTE_MS) })

describe('[F3] a deadline', () => {
  it('that will be met, or that there is none of, is nothing to speak of', () => {
    expect(asking(inMinutes(30)).riskAt(NOON)).toBeUndefined()
    expect(asking({}).riskAt(NOON)).toBeUndefined()
  })

  it('that cannot be met is told at once, with the end that is expected, to the minute', () => {
    expect(asking(inMinutes(15)).riskAt(NOON)).toEqual({ expected_end_ms: NOON + 21 * MINUTE_MS })
  })

  it('is told of as soon as it cannot be met any more', () => {
    const job = asking(inMinutes(30))
    expect(job.riskAt(NOON + 5 * MINUTE_MS)).toBeUndefined()
    expect(job.riskAt(NOON + 12 * MINUTE_MS)).toEqual({ expected_end_ms: NOON + 33 * MINUTE_MS })
  })

  it('is forecast once a second however often it is asked for', () => {
    const job = asking(inMinutes(20))
    const first = job.riskAt(NOON)
    submit(job.brain, { ...manifestOf({ unit_count: 500, priority: 1 }), job_id: 'other' as typeof JOB })
    expect(job.riskAt(NOON + 999)).toEqual(first)
    expect(job.riskAt(NOON + 1_000)).not.toEqual(first)
  })

  it('of a job that no peer could do now is missed once it has passed', () => {
    const job = asking(inMinutes(1), false)
    expect(job.riskAt(NOON)).toBeUndefined()
    expect(job.riskAt(NOON + 2 * MINUTE_MS)).toEqual({})
  })

  it('of a paused job is missed once it has passed, and of one that is over never', () => {
    const job = asking(inMinutes(1))
    job.brain.happens({ kind: 'job-paused', at_ms: NOON, job_id: JOB })
    expect(job.riskAt(NOON)).toBeUndefined()
    expect(job.riskAt(NOON + 2 * MINUTE_MS)).toEqual({})
    job.brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
    expect(job.riskAt(NOON + 5 * MINUTE_MS)).toBeUndefined()
  })

  it('of a module that told no estimate is not judged by its limit', () => {
    const module = {
      algorithm_id: moduleRules.id,
      limits: LIMITS,
      required_resources: { cpu_cores: 1, ram_gb: 4 },
    }
    const limit = { estimated_duration_seconds: limitSeconds(LIMITS) }
    expect(asking({ ...module, ...limit, ...inMinutes(0.1) }).riskAt(NOON)).toBeUndefined()
    const told = { estimated_duration_seconds: 30 }
    expect(asking({ ...module, ...told, ...inMinutes(0.1) }).riskAt(NOON)).toBeDefined()
  })
})
