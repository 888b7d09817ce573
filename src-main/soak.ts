import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startDemoPeer, stopDemoPeer, pairAll, type DemoPeer } from './cli/demo/demo-peers.ts'
import { JobId } from './protocol/ids.ts'
import { trendOf } from './soak-trend.ts'

const USAGE = `Runs many small jobs on real peers, four at a time, and tells whether memory and rate stay as they are.

  npm run soak -- --jobs 10000               ten thousand jobs, which takes a quarter of an hour on two cores
  npm run soak -- --jobs 1000 --units 30     fewer and larger ones

  --jobs N     jobs in all (default 2000)    --units N    units of each (default 9)
  --every N    jobs between two samples (default 100)
  --settle N   jobs before the trend begins (default a tenth, at most 1000)
  --json       one JSON object at the end, and no progress
`

/** The most that memory and rate may change over a thousand jobs, as a part of their mean. */
const SLOPE_MAX = 0.01
/** Jobs at once: enough that no peer waits for the next. */
const IN_FLIGHT = 4

interface Sample {
  readonly jobs: number
  readonly requesterMb: number
  readonly providerMb: number
  readonly jobsPerMinute: number
}

interface Options {
  readonly jobs: number
  readonly units: number
  readonly every: number
  readonly settle: number
  readonly json: boolean
}

async function soak(options: Options, say: (line: string) => void): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'meshwork-soak-'))
  const peers: DemoPeer[] = []
  try {
    for (const [name, part] of [
      ['Ada', 'requester'],
      ['Bea', 'provider'],
    ] as const) {
      peers.push(await startDemoPeer({ folder: join(folder, name), name, part, cores: 1 }))
    }
    await pairAll(peers)
    const samples = await runJobs(options, peers, say)
    const settled = samples.filter(({ jobs }) => jobs > options.settle)
    const trends = {
      requester_memory: trendOf(settled.map(({ jobs, requesterMb }) => [jobs, requesterMb])),
      provider_memory: trendOf(settled.map(({ jobs, providerMb }) => [jobs, providerMb])),
      jobs_per_minute: trendOf(settled.map(({ jobs, jobsPerMinute }) => [jobs, jobsPerMinute])),
    }
    if (options.json) console.log(JSON.stringify({ ...options, samples, trends }))
    for (const [name, { mean, perThousand }] of Object.entries(trends)) {
      say(`${name}: ${mean.toFixed(1)} on average, ${(100 * perThousand).toFixed(2)} % more each 1,000 jobs`)
    }
    const { requester_memory, provider_memory, jobs_per_minute } = trends
    return (
      requester_memory.perThousand <= SLOPE_MAX &&
      provider_memory.perThousand <= SLOPE_MAX &&
      jobs_per_minute.perThousand >= -SLOPE_MAX
    )
  } finally {
    await Promise.all(peers.map(stopDemoPeer))
    await rm(folder, { recursive: true, force: true })
  }
}

async function runJobs(
  { jobs, units, every }: Options,
  peers: readonly DemoPeer[],
  say: (line: string) => void,
): Promise<Sample[]> {
  const [requester, provider] = peers
  if (requester === undefined || provider === undefined) throw new Error('broken promise: two peers')
  const { calls } = requester.api
  const samples: Sample[] = []
  let submitted = 0
  let done = 0
  let sampledAt = performance.now()

  async function sample(): Promise<void> {
    const [requesterMb = 0, providerMb = 0] = await Promise.all(peers.map(residentMb))
    const now = performance.now()
    const jobsPerMinute = (60_000 * every) / (now - sampledAt)
    sampledAt = now
    samples.push({ jobs: done, requesterMb, providerMb, jobsPerMinute })
    say(
      `${done} jobs: ${requesterMb.toFixed(0)} and ${providerMb.toFixed(0)} MB, ${jobsPerMinute.toFixed(0)} a minute`,
    )
  }

  async function worker(): Promise<void> {
    while (submitted < jobs) {
      submitted++
      const { job_id } = await calls.jobs.submit({ kind: 'noop', units, redundancy: 2 })
      await endOf(requester, JobId.parse(job_id))
      done++
      if (done % every === 0) await sample()
    }
  }

  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
  return samples
}

async function endOf(peer: DemoPeer | undefined, job_id: JobId): Promise<void> {
  for await (const { state } of (await peer?.api.calls.jobs.watch({ job_id })) ?? []) {
    if (state.kind === 'done') return
    if (state.kind !== 'running') throw new Error(`job ${job_id} is ${state.kind}`)
  }
}

async function residentMb({ api }: DemoPeer): Promise<number> {
  return (await api.calls.node.info()).rss_bytes / 2 ** 20
}

function positive(text: string | undefined, otherwise: number, name: string): number {
  const value = text === undefined ? otherwise : Number(text)
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new RangeError(`--${name} takes a whole number above 0, not ${String(text)}`)
}

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      jobs: { type: 'string' },
      units: { type: 'string' },
      every: { type: 'string' },
      settle: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return 0
  }
  const jobs = positive(values.jobs, 2_000, 'jobs')
  const options: Options = {
    jobs,
    units: positive(values.units, 9, 'units'),
    every: positive(values.every, Math.min(100, jobs), 'every'),
    settle: positive(values.settle, Math.min(1_000, Math.max(1, Math.floor(jobs / 10))), 'settle'),
    json: values.json,
  }
  const say = (line: string): void => {
    if (!options.json) console.log(line)
  }
  const isFlat = await soak(options, say)
  say(isFlat ? 'memory and rate stay as they are' : `more than ${100 * SLOPE_MAX} % over a thousand jobs`)
  return isFlat ? 0 : 1
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 2
}
