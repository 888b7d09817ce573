import type { RenderEstimate } from '#contract'
import { partsOf } from '../../../peer/requester/archived.ts'
import type { JobState } from '../../../peer/requester/slice.ts'
import { renderRules } from '../../../protocol/job-kinds/render.ts'
import type { Cid, JobId } from '../../../protocol/ids.ts'
import type { JobDependencies } from '../../dependencies.ts'
import { estimateRender } from './estimate.ts'
import { Experience, learned, NO_EXPERIENCE } from './experience.ts'
import { memoryFit } from './memory-fit.ts'
import { EstimateInput, type RenderOutcome } from './recorded-job.ts'
import { renderSituation, type RenderSituation } from './situation.ts'

/** Where what past renders taught is kept. */
const KEY = 'render-experience'
/** What the estimate of a render that is under way was made from. */
const inputKeyOf = (job: JobId): string => `render-estimate:${job}`

/** The picture that an estimate is asked for. */
export interface AskedRender extends Omit<EstimateInput, keyof RenderSituation | 'sceneBytes'> {
  readonly files?: readonly Cid[]
  /** Memory that one unit needs, in GB; that of a usual scene when absent. */
  readonly unitRamGb?: number
}

/** Estimates renders, and learns from how they go. */
export interface RenderEstimates {
  /** How long a render would take, with the peers of this moment. */
  estimate(asked: AskedRender): RenderEstimate
  /** How long it would take on this PC alone, which nobody checks; undefined before this PC is measured. */
  alone(asked: AskedRender): number | undefined
  /** Remembers what is known as a render is submitted, to learn from its outcome. */
  begin(job: JobId, asked: AskedRender): void
  /** Forgets a render from which nothing can be learned any more. */
  forget(job: JobId): void
}

/** The ports that estimates use. */
type Dependencies = Pick<JobDependencies, 'runtime' | 'blobs' | 'settings' | 'clock'>

/** Creates them. Each still that is done is learned from, until `stopping`; what was learned survives a restart. */
export function createRenderEstimates(
  { runtime, blobs, settings, clock }: Dependencies,
  stopping: AbortSignal,
): RenderEstimates {
  let experience = settings.read(KEY, Experience) ?? NO_EXPERIENCE

  function forget(job: JobId): void {
    settings.write(inputKeyOf(job), undefined)
  }

  /** Of a render that was cancelled or failed nothing is learned. */
  function ended(id: JobId): void {
    const job = runtime.jobs.find(id)
    if (job?.manifest.algorithm_id !== renderRules.id) return
    const input = settings.read(inputKeyOf(id), EstimateInput)
    if (input === undefined) return
    forget(id)
    const outcome = outcomeOf(job, runtime.state.view.startedAtMs)
    if (outcome === undefined) return
    experience = learned(experience, input, outcome)
    settings.write(KEY, experience)
  }

  const stopListening = runtime.onNotices((notices) => {
    for (const notice of notices) if (notice.kind === 'job-ended') ended(notice.job)
  })
  stopping.addEventListener('abort', stopListening, { once: true })

  function inputOf({ files, unitRamGb, ...asked }: AskedRender): EstimateInput {
    const sceneBytes = files?.reduce((sum, cid) => sum + (blobs.info(cid)?.bytes ?? 0), 0)
    const situation = renderSituation(runtime.state, clock.nowMs(), unitRamGb)
    return { ...asked, ...(sceneBytes === undefined ? {} : { sceneBytes }), ...situation }
  }

  function memoryView({ unitRamGb }: AskedRender): Partial<RenderEstimate> {
    if (unitRamGb === undefined) return {}
    const { smaller, fitsNowhere } = memoryFit(runtime.state, unitRamGb, clock.nowMs())
    return {
      unit_ram_gb: unitRamGb,
      ...(smaller.length === 0 ? {} : { smaller: [...smaller] }),
      ...(fitsNowhere ? { fits_nowhere: true } : {}),
    }
  }

  return {
    begin: (job, asked) => settings.write(inputKeyOf(job), inputOf(asked)),
    forget,
    alone(asked) {
      const input = inputOf({ ...asked, redundancy: 1 })
      const peers = input.peers.filter(({ peer }) => peer === runtime.state.me)
      return estimateRender({ ...input, peers, aheadMs: 0 }, experience).likely_ms
    },
    estimate(asked) {
      const input = inputOf(asked)
      const { machine, capabilities } = runtime.state.view
      const isMeasuring = machine === undefined && capabilities.length === 0
      const busy = busyPercent(input)
      return {
        ...estimateRender(input, experience),
        ...(isMeasuring ? { is_measuring: true } : {}),
        ...(busy === undefined ? {} : { busy_percent: busy }),
        ...memoryView(asked),
      }
    },
  }
}

/** How busy other programs keep this PC, of which alone it is measured. */
function busyPercent({ peers }: EstimateInput): number | undefined {
  for (const { cores, busyCores } of peers) {
    if (busyCores !== undefined && cores > 0) return Math.min(100, (100 * busyCores) / cores)
  }
  return undefined
}

/** How a job went. Undefined where its time says nothing: it was paused, or this peer was not there all the while. */
function outcomeOf(job: JobState, startedAtMs: number): RenderOutcome | undefined {
  if (job.status.state !== 'done' || job.pausedMs > 0 || startedAtMs > job.submittedAtMs) return undefined
  const parts = [...partsOf(job)].map(([peer, { verified, cpuMs, wallMs }]) => ({
    ...{ peer, cpuMs, wallMs },
    units: verified,
  }))
  return {
    tookMs: Math.max(0, job.status.atMs - job.submittedAtMs),
    units: job.manifest.unit_count,
    parts,
  }
}
