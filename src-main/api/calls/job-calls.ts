import {
  UNIT_FAULTS_MAX,
  type FollowingJob,
  type JobRequest,
  type JobStatus,
  type JobSummary,
} from '#contract'
import { consensusOf, faultsOf } from '../../peer/consensus-view.ts'
import { isUnderWay, type JobState } from '../../peer/state.ts'
import { refuse } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import { toTimestamp } from '../../protocol/time.ts'
import type { JobManifest } from '../../protocol/work.ts'
import { watchChanges } from '../news/changes.ts'
import { countedWatch, type ApiImplementer } from './implementer.ts'
import { followingJob, leadingJob } from '../../jobs/following-job.ts'
import { newJobId } from '../../jobs/job-id.ts'
import { createDeadlineRisks } from '../views/deadline-risk.ts'
import { createJobFacts, factsKey } from '../../jobs/job-notes.ts'
import { jobStatus, jobSummary } from '../views/job-view.ts'
import { createModuleResults } from '../../jobs/joined-results.ts'
import { createModuleSubmissions } from '../../jobs/module/submission.ts'
import type { ApiParts } from '../parts.ts'
import { keptDataset, keyFor, placementOf } from '../../jobs/placement.ts'
import { createPictures } from '../../jobs/render/picture/picture-news.ts'
import { createThumbnails, thumbnailKey } from '../../jobs/render/picture/thumbnail.ts'
import { createReducer } from '../../jobs/module/reducer.ts'
import { estimateRender } from '../../jobs/render/estimate.ts'
import { ownRenderScore, renderPeers } from '../../jobs/render/renderers.ts'
import { createRenderResults, openOutput, resultKey } from '../../jobs/render/picture/results.ts'
import { submitRender } from '../../jobs/render/submission.ts'
import { createSceneImports } from '../../jobs/render/scene/scene-import.ts'
import { createSceneLooks } from '../../jobs/render/scene/scene-preview.ts'
import { watchUnitNews } from '../news/unit-news.ts'

/** The calls on jobs, and a job as lists show it. `stopping` ends watches, imports and assembling. */
export function jobCalls(os: ApiImplementer, parts: ApiParts, stopping: AbortSignal) {
  const { runtime, blobs, clock, spelling } = parts
  const { state } = runtime
  const rendered = createRenderResults(parts, stopping)
  const pictures = createPictures(parts, rendered, stopping)
  const thumbnails = createThumbnails(parts, rendered, stopping)
  const imports = createSceneImports(parts)
  const looks = createSceneLooks(parts, imports)
  const results = createModuleResults(parts, stopping)
  const submissions = createModuleSubmissions(parts)
  const reducer = createReducer(parts, results)
  stopping.addEventListener('abort', () => reducer.stop(), { once: true })
  const follower: typeof reducer.follower = (job) => reducer.follower(job)
  const factsOf = createJobFacts(parts.settings)
  const riskOf = createDeadlineRisks(state)

  /** Until the caller or the peer stops. */
  function within(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? stopping : AbortSignal.any([stopping, signal])
  }

  function find(id: JobId): JobState {
    return state.jobs.get(id) ?? refuse('unknown-job', `there is no job ${id}`)
  }

  async function tell(kind: 'job-paused' | 'job-resumed' | 'job-cancelled', job: JobState): Promise<void> {
    await runtime.dispatch({ kind, at_ms: clock.nowMs(), job_id: job.manifest.job_id })
  }

  function followerOf({ manifest }: JobState): JobState | undefined {
    const id = followingJob(manifest)
    return id === undefined ? undefined : state.jobs.get(id)
  }

  function summaryOf(job: JobState): JobSummary {
    return jobSummary(job, { nowMs: clock.nowMs(), follower, factsOf, riskOf })
  }

  function statusOf(job: JobState): JobStatus {
    const shortNameOf: typeof spelling.shortNameOf = (peer) => spelling.shortNameOf(peer)
    return jobStatus(state, job, {
      nowMs: clock.nowMs(),
      shortNameOf,
      follower,
      factsOf,
      riskOf,
      troubleOf: ({ manifest }) => runtime.troubleOf(manifest.job_id),
      isKeyLost: ({ manifest }) => runtime.isKeyLost(manifest.job_id),
    })
  }

  /** The answer to a submission, with what there is to say of its deadline. Of several jobs the last one tells. */
  function withRisk<T extends { job_id: JobId; job_ids?: readonly JobId[] }>(
    submitted: T,
  ): T & Pick<JobSummary, 'deadline_at_risk'> {
    const job = state.jobs.get(submitted.job_ids?.at(-1) ?? submitted.job_id)
    const risk = job === undefined ? undefined : riskOf(job, clock.nowMs())
    return risk === undefined ? submitted : { ...submitted, deadline_at_risk: risk }
  }

  function statusNow(id: JobId): JobStatus | undefined {
    const job = state.jobs.get(id)
    return job === undefined ? undefined : statusOf(job)
  }

  const router = os.jobs.router({
    submitRender: os.jobs.submitRender.handler(async ({ input, signal }) =>
      withRisk(await submitRender(parts, imports, input, within(signal))),
    ),
    inspectScene: os.jobs.inspectScene.handler(({ input, signal }) => looks.inspect(input, within(signal))),
    previewScene: os.jobs.previewScene.handler(({ input: { frame, fps, ...view }, signal }) =>
      looks.preview({ ...view, seconds: frame === undefined ? undefined : frame / fps }, within(signal)),
    ),
    estimateRender: os.jobs.estimateRender.handler(({ input: { sample_us, ...render } }) =>
      estimateRender({
        ...render,
        sampleUs: sample_us,
        ownScore: ownRenderScore(state),
        peers: renderPeers(state, clock.nowMs()),
      }),
    ),
    submitModule: os.jobs.submitModule.handler(async ({ input, signal }) =>
      withRisk(await submissions.submit(input, within(signal))),
    ),
    submit: os.jobs.submit.handler(async ({ input }) => {
      const key = keyFor(input)
      const manifest = manifestOf(parts, input)
      await runtime.submit(manifest, keptDataset(input, blobs), key)
      return withRisk({ job_id: manifest.job_id, units: manifest.unit_count })
    }),
    list: os.jobs.list.handler(() =>
      [...state.jobs.values()].map(summaryOf).sort((a, b) => b.submitted_at_ms - a.submitted_at_ms),
    ),
    status: os.jobs.status.handler(({ input }) => statusOf(find(input.job_id))),
    watch: os.jobs.watch.handler(({ input, signal, context }) => {
      const { manifest } = find(input.job_id)
      const values = watchChanges(parts, {
        compose: () => statusNow(manifest.job_id),
        isLast: hasEnded,
        signal: within(signal),
      })
      return countedWatch(context, parts.report, values)
    }),
    watchUnits: os.jobs.watchUnits.handler(({ input, signal, context }) => {
      const { manifest } = find(input.job_id)
      return countedWatch(context, parts.report, watchUnitNews(parts, manifest.job_id, within(signal)))
    }),
    watchPicture: os.jobs.watchPicture.handler(({ input, signal, context }) => {
      const news = pictures.watch(find(input.job_id), input.side_max, within(signal))
      return countedWatch(context, parts.report, news)
    }),
    thumbnail: os.jobs.thumbnail.handler(async ({ input }) => {
      const { bytes, width, height } = await thumbnails.of(find(input.job_id))
      return { image: new Blob([Uint8Array.from(bytes)], { type: 'image/jpeg' }), width, height }
    }),
    result: os.jobs.result.handler(({ input }) => rendered.result(find(input.job_id), input.format)),
    moduleResult: os.jobs.moduleResult.handler(({ input }) => results.result(find(input.job_id))),
    output: os.jobs.output.handler(async ({ input }) => {
      const cid = await openOutput(parts, find(input.job_id), input.unit_index)
      const { bytes } = blobs.info(cid) ?? refuse('blob-missing', `${cid} is not in the store`)
      return { cid, bytes }
    }),
    consensus: os.jobs.consensus.handler(({ input: { job_id, unit_index } }) => {
      const job = find(job_id)
      const consensus =
        consensusOf(job, unit_index, clock.nowMs()) ??
        refuse('bad-input', `nobody has touched unit ${unit_index} of ${job_id}`)
      const faults = faultsOf(job, unit_index).map(({ peer, fault }) => ({ peer_id: peer, fault }))
      return { ...consensus, faults: faults.slice(-UNIT_FAULTS_MAX) }
    }),
    pause: os.jobs.pause.handler(async ({ input: { job_id } }) => {
      const running = [find(job_id), followerOf(find(job_id))].find((one) => one?.status.state === 'running')
      if (running === undefined) refuse('bad-input', `job ${job_id} is ${find(job_id).status.state}`)
      await tell('job-paused', running)
      return {}
    }),
    resume: os.jobs.resume.handler(async ({ input: { job_id } }) => {
      const paused = [find(job_id), followerOf(find(job_id))].find((one) => one?.status.state === 'paused')
      if (paused === undefined)
        refuse('bad-input', `job ${job_id} is ${find(job_id).status.state}, not paused`)
      await tell('job-resumed', paused)
      return {}
    }),
    setPriority: os.jobs.setPriority.handler(async ({ input: { job_id, priority } }) => {
      const job = find(job_id)
      const underWay = [job, followerOf(job)].find((one) => one !== undefined && isUnderWay(one))
      if (underWay === undefined) refuse('bad-input', `job ${job_id} is ${job.status.state} already`)
      await runtime.dispatch({
        kind: 'job-priority-set',
        at_ms: clock.nowMs(),
        job_id: underWay.manifest.job_id,
        priority,
      })
      return {}
    }),
    cancel: os.jobs.cancel.handler(async ({ input: { job_id } }) => {
      const job = find(job_id)
      const running = [job, followerOf(job)].find((one) => one !== undefined && isUnderWay(one))
      if (running === undefined) refuse('bad-input', `job ${job_id} is ${job.status.state} already`)
      await tell('job-cancelled', running)
      return {}
    }),
    remove: os.jobs.remove.handler(async ({ input: { job_id } }) => {
      const leading = leadingJob(state, job_id)?.manifest.job_id
      const job = find(job_id)
      if (leading !== undefined) refuse('bad-input', `job ${job_id} is a part of ${leading}; remove that one`)
      const ids: JobId[] = []
      for (const one of [job, followerOf(job)].filter((it) => it !== undefined)) {
        const { manifest, status } = one
        if (isUnderWay(one)) refuse('bad-input', `job ${manifest.job_id} is ${status.state}; cancel it first`)
        ids.push(manifest.job_id)
      }
      // Handed over in one turn, they are in the journal both or not at all.
      const at_ms = clock.nowMs()
      await Promise.all(ids.map((id) => runtime.dispatch({ kind: 'job-removed', at_ms, job_id: id })))
      for (const key of ids.flatMap((id) => [resultKey(id), thumbnailKey(id), factsKey(id)])) {
        parts.settings.write(key, undefined)
      }
      return {}
    }),
  })
  return { router, summaryOf }
}

/** Where a job, or the one that follows it, may still change. */
const UNDER_WAY: ReadonlySet<FollowingJob['state']['kind']> = new Set(['waiting', 'running', 'paused'])

/** Whether a job will not change any more, nor what follows it. */
function hasEnded({ state, reduced_by: following }: JobStatus): boolean {
  if (UNDER_WAY.has(state.kind)) return false
  return !(state.kind === 'done' && following !== undefined && UNDER_WAY.has(following.state.kind))
}

function manifestOf({ runtime, clock, random }: ApiParts, request: JobRequest): JobManifest {
  return {
    job_id: newJobId(random, request.algorithm_id),
    requester_id: runtime.state.me,
    description: request.description ?? request.algorithm_id,
    algorithm_id: request.algorithm_id,
    algorithm_version: request.algorithm_version,
    params: request.params,
    inputs: request.inputs,
    unit_count: request.unit_count,
    ...placementOf(request, request.resources),
    estimated_duration_seconds: request.estimated_duration_seconds,
    priority: request.priority,
    verification_redundancy: request.redundancy,
    created_at: toTimestamp(clock.nowMs()),
  }
}
