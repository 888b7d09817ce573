import {
  UNIT_FAULTS_MAX,
  type FollowingJob,
  type JobStatus,
  type JobSummary,
  type SubmittedJob,
} from '#contract'
import { followingJob, leadingJob } from '../../jobs/following-job.ts'
import { framePriority, framesOf } from '../../jobs/animation.ts'
import type { JobTable } from '../../jobs/table.ts'
import { openOutput } from '../../jobs/unit-outputs.ts'
import { alikePeers, consensusOf, faultsOf } from '../../peer/requester/consensus-view.ts'
import { isUnderWay, redundancyOf, type JobState } from '../../peer/requester/slice.ts'
import { refuse } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { watchChanges } from '../news/changes.ts'
import { watchUnitNews } from '../news/unit-news.ts'
import { evidencePage } from '../views/evidence-view.ts'
import { createDeadlineRisks } from '../views/deadline-risk.ts'
import { createHoldUps } from '../views/job-pace.ts'
import { jobStatus, jobSummary, peerNames } from '../views/job-view.ts'
import { countedWatch, type ApiImplementer } from './implementer.ts'

/** The jobs of a peer, as calls find and show them. */
export interface JobViews {
  /** @throws FaultError `unknown-job`, or `storage-failed` for one whose entry in the history is damaged */
  find(id: JobId): JobState
  /** The jobs that a name stands for: the frames of an animation, or one job; none where there is no such job. */
  framesOf(id: JobId): JobState[]
  /** The job that combines another's outputs, once it is submitted. */
  followerOf(job: JobState): JobState | undefined
  summaryOf(job: JobState): JobSummary
  statusOf(job: JobState): JobStatus
  /** The answer to a submission, with its deadline's risk. Of several jobs the last one tells. */
  withRisk(submitted: SubmittedJob): SubmittedJob
}

/** Creates the views over a peer and its kinds of jobs. */
export function createJobViews({ runtime, clock, spelling }: ApiDependencies, table: JobTable): JobViews {
  const { state, jobs } = runtime
  const riskOf = createDeadlineRisks(state)
  const isHeldUp = createHoldUps(state)
  const { notesOf } = table
  const factsOf: JobTable['facts'] = (job) => table.facts(job)
  const follower = (job: JobState): FollowingJob | undefined => table.reducer.follower(job)
  const shortNameOf: typeof spelling.shortNameOf = (peer) => spelling.shortNameOf(peer)
  const nameOf = peerNames(state, shortNameOf)
  return {
    find(id) {
      const job = jobs.find(id)
      if (job !== undefined) return job
      if (jobs.has(id)) refuse('storage-failed', `the entry of the job ${id} in the history is damaged`)
      return refuse('unknown-job', `there is no job ${id}`)
    },
    framesOf: (id) => framesOf(jobs, notesOf, id),
    followerOf({ manifest }) {
      const id = followingJob(manifest)
      return id === undefined ? undefined : jobs.find(id)
    },
    summaryOf: (job) =>
      jobSummary(job, { nowMs: clock.nowMs(), nameOf, follower, notesOf, factsOf, riskOf, isHeldUp }),
    statusOf: (job) =>
      jobStatus(state, job, {
        nowMs: clock.nowMs(),
        shortNameOf,
        nameOf,
        follower,
        notesOf,
        factsOf,
        riskOf,
        isHeldUp,
        troubleOf: ({ manifest }) => runtime.troubleOf(manifest.job_id),
        isKeyLost: ({ manifest }) => runtime.isKeyLost(manifest.job_id),
      }),
    withRisk(submitted) {
      const last = 'job_ids' in submitted ? submitted.job_ids.at(-1) : undefined
      const job = jobs.find(last ?? submitted.job_id)
      const risk = job === undefined ? undefined : riskOf(job, clock.nowMs())
      return risk === undefined ? submitted : { ...submitted, deadline_at_risk: risk }
    },
  }
}

/** Calls that submit and show jobs of every kind, and hand out their results. */
export function jobCalls(
  os: ApiImplementer,
  dependencies: ApiDependencies,
  {
    table,
    views,
    stopping,
  }: { readonly table: JobTable; readonly views: JobViews; readonly stopping: AbortSignal },
) {
  const { runtime, blobs, clock, report } = dependencies
  const { jobs } = runtime
  const within = (signal: AbortSignal | undefined): AbortSignal => untilStopped(stopping, signal)
  return {
    submit: os.jobs.submit.handler(async ({ input, signal }) =>
      views.withRisk(await table.submit(input, within(signal))),
    ),
    list: os.jobs.list.handler(({ input: { limit, before } }) =>
      jobs
        .page(limit, before && { job: before.job_id, submittedAtMs: before.submitted_at_ms })
        .map((job) => views.summaryOf(job)),
    ),
    frames: os.jobs.frames.handler(({ input: { job_id } }) => {
      const frames = views.framesOf(job_id)
      return (frames.length > 0 ? frames : [views.find(job_id)]).map((job) => views.summaryOf(job))
    }),
    status: os.jobs.status.handler(({ input }) => views.statusOf(views.find(input.job_id))),
    watch: os.jobs.watch.handler(({ input, signal, context }) => {
      const { manifest } = views.find(input.job_id)
      const values = watchChanges(dependencies, {
        compose: () => {
          const job = jobs.find(manifest.job_id)
          return job === undefined ? undefined : views.statusOf(job)
        },
        isLast: hasEnded,
        signal: within(signal),
      })
      return countedWatch(context, report, values)
    }),
    watchUnits: os.jobs.watchUnits.handler(({ input, signal, context }) => {
      const { manifest } = views.find(input.job_id)
      const news = watchUnitNews(dependencies, manifest.job_id, within(signal))
      return countedWatch(context, report, news)
    }),
    result: os.jobs.result.handler(({ input: { job_id, format } }) =>
      table.result(views.find(job_id), format),
    ),
    output: os.jobs.output.handler(async ({ input }) => {
      const cid = await openOutput(dependencies, views.find(input.job_id), input.unit_index)
      const { bytes } = blobs.info(cid) ?? refuse('blob-missing', `${cid} is not in the store`)
      return { cid, bytes }
    }),
    evidence: os.jobs.evidence.handler(({ input: { job_id, after = 0 } }) =>
      evidencePage(runtime.evidenceOf(job_id, after)),
    ),
    consensus: os.jobs.consensus.handler(({ input: { job_id, unit_index } }) => {
      const job = views.find(job_id)
      const unit =
        jobs.unit(job, unit_index) ??
        refuse('bad-input', `nobody has touched unit ${unit_index} of ${job_id}`)
      const consensus = consensusOf(job, unit_index, unit, clock.nowMs())
      const faults = faultsOf(unit).map(({ peer, fault }) => ({ peer_id: peer, fault }))
      const alike = alikePeers(job, unit)
      return { ...consensus, faults: faults.slice(-UNIT_FAULTS_MAX), ...(alike && { alike: [...alike] }) }
    }),
  }
}

/** Calls that pause, order, end and remove a job, or the one that combines its outputs. */
export function jobControlCalls(
  os: ApiImplementer,
  { runtime, clock, favours }: ApiDependencies,
  { table, views }: { readonly table: JobTable; readonly views: JobViews },
) {
  /**
   * The first of a job and its follower that is in the phase that a call needs.
   * @param note follows the job's state in the fault
   * @throws FaultError `bad-input` when neither is
   */
  function oneOf(id: JobId, isMeant: (job: JobState) => boolean, note: string): JobState {
    const job = views.find(id)
    const found = [job, views.followerOf(job)].find((one) => one !== undefined && isMeant(one))
    return found ?? refuse('bad-input', `job ${id} is ${job.status.state}${note}`)
  }

  function tell(kind: 'job-paused' | 'job-resumed', job: JobState): Promise<void> {
    return runtime.dispatch({ kind, at_ms: clock.nowMs(), job_id: job.manifest.job_id })
  }

  async function remove(job_id: JobId): Promise<void> {
    const leading = leadingJob(runtime.jobs, job_id)?.manifest.job_id
    const job = views.find(job_id)
    if (leading !== undefined) refuse('bad-input', `job ${job_id} is a part of ${leading}; remove that one`)
    const ids: JobId[] = []
    for (const one of [job, views.followerOf(job)].filter((it) => it !== undefined)) {
      mustHaveEnded(one)
      ids.push(one.manifest.job_id)
    }
    // Handed over in one turn, they are in the journal both or not at all.
    const at_ms = clock.nowMs()
    await Promise.all(ids.map((id) => runtime.dispatch({ kind: 'job-removed', at_ms, job_id: id })))
    for (const id of ids) {
      table.forget(id)
      favours.forget(id)
    }
  }

  /**
   * Does something for a job, or for each frame of an animation that it can be done for.
   * @throws FaultError as `one` does, where it can be done for none
   */
  async function each(
    { job_id, whole }: { readonly job_id: JobId; readonly whole: boolean },
    isMeant: (job: JobState) => boolean,
    one: (id: JobId, index: number) => Promise<unknown>,
  ) {
    const frames = whole ? views.framesOf(job_id) : []
    const meant = [...frames.entries()].filter(([, job]) => isMeant(job))
    if (frames.length < 2 || meant.length === 0) await one(frames[0]?.manifest.job_id ?? job_id, 0)
    else await Promise.all(meant.map(([index, { manifest }]) => one(manifest.job_id, index)))
    return {}
  }

  return {
    pause: os.jobs.pause.handler(({ input }) =>
      each(input, isRunning, (id) => tell('job-paused', oneOf(id, isRunning, ''))),
    ),
    resume: os.jobs.resume.handler(({ input }) =>
      each(input, isPaused, (id) => tell('job-resumed', oneOf(id, isPaused, ', not paused'))),
    ),
    setPriority: os.jobs.setPriority.handler(({ input }) =>
      each(input, isUnderWay, async (id, index) => {
        const { job_id } = oneOf(id, isUnderWay, ' already').manifest
        const priority = framePriority(input.priority, index)
        await runtime.dispatch({ kind: 'job-priority-set', at_ms: clock.nowMs(), job_id, priority })
      }),
    ),
    lowerRedundancy: os.jobs.lowerRedundancy.handler(({ input }) =>
      each(input, isUnderWay, async (id) => {
        const { redundancy } = input
        const job = oneOf(id, isUnderWay, ' already')
        mustLowerTo(job, redundancy)
        const { job_id } = job.manifest
        await runtime.dispatch({ kind: 'job-redundancy-lowered', at_ms: clock.nowMs(), job_id, redundancy })
      }),
    ),
    cancel: os.jobs.cancel.handler(({ input }) => {
      const frames = input.whole ? views.framesOf(input.job_id) : []
      const isSeries = frames.length > 1
      if (input.keep && isSeries) mustKeepSome(frames, table)
      return each(input, isUnderWay, (id) => {
        const job = oneOf(id, isUnderWay, ' already')
        if (input.keep && !isSeries) mustKeepSome([job], table)
        return runtime.dispatch(cancelledBy(job, clock.nowMs(), input.keep && job.stored > 0))
      })
    }),
    remove: os.jobs.remove.handler(({ input }) => {
      const all = input.whole ? views.framesOf(input.job_id) : []
      for (const job of all) mustHaveEnded(job)
      return each(input, () => true, remove)
    }),
  }
}

function isRunning({ status }: JobState): boolean {
  return status.state === 'running'
}

function isPaused({ status }: JobState): boolean {
  return status.state === 'paused'
}

/** @throws FaultError `bad-input` while it runs */
function mustHaveEnded(job: JobState): void {
  const { manifest, status } = job
  if (isUnderWay(job)) refuse('bad-input', `job ${manifest.job_id} is ${status.state}; cancel it first`)
}

/** The event that ends a job, with what is there as its result where that is kept. */
function cancelledBy({ manifest: { job_id } }: JobState, at_ms: number, isKept: boolean) {
  const event = { kind: 'job-cancelled', at_ms, job_id } as const
  return isKept ? { ...event, keep: true as const } : event
}

/** @throws FaultError unless a result can be made of what is here of a job, or of one of the frames of an animation */
function mustKeepSome(jobs: readonly JobState[], table: JobTable): void {
  const [first] = jobs
  const id = first?.manifest.job_id
  if (!jobs.some((job) => table.keepsPart(job))) {
    refuse('unsupported', `job ${id} has a result only when all of it is done: cancel it without keeping`)
  }
  if (jobs.every(({ stored }) => stored === 0)) refuse('bad-input', `nothing of job ${id} is here yet`)
}

/** @throws FaultError `bad-input` where so many peers for each unit are not fewer than now, or fewer than the policy asks for */
function mustLowerTo(job: JobState, redundancy: number): void {
  const { job_id } = job.manifest
  const { redundancy_min } = job.verification
  if (redundancy < redundancy_min) {
    refuse(
      'bad-input',
      `each unit must be computed by ${redundancy_min} peers at least, by this peer's policy`,
    )
  }
  if (redundancy < redundancyOf(job)) return
  refuse('bad-input', `each unit of ${job_id} is computed by ${redundancyOf(job)} peers now: say fewer`)
}

/** Until the caller or the peer stops. */
export function untilStopped(stopping: AbortSignal, signal: AbortSignal | undefined): AbortSignal {
  return signal === undefined ? stopping : AbortSignal.any([stopping, signal])
}

/** Phases of a job, or of the one that follows it, that may still change. */
const UNDER_WAY: ReadonlySet<FollowingJob['state']['kind']> = new Set(['waiting', 'running', 'paused'])

/** Whether a job will not change any more, nor the one that follows it. */
function hasEnded({ state, reduced_by: following }: JobStatus): boolean {
  if (UNDER_WAY.has(state.kind)) return false
  return !(state.kind === 'done' && following !== undefined && UNDER_WAY.has(following.state.kind))
}
