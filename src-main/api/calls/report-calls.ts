import type { JobHelp } from '#contract'
import type { JobTable } from '../../jobs/table.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import { ownLanes } from '../../peer/sharing/own-lanes.ts'
import { FaultError, refuse } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { helpersOf, jobHelp, type HelpedJobs } from '../views/job-help.ts'
import { peerNames } from '../views/job-view.ts'
import { workReport } from '../views/work-report.ts'
import type { ApiImplementer } from './implementer.ts'
import type { JobViews } from './job-calls.ts'
import type { PreferenceStore } from './preferences.ts'

/** Pictures that are made for one animation's helpers: each takes a moment, and most see the same few frames. */
const PICTURES_MAX = 8

/** The calls on what this PC did for others. */
export function reportCalls(os: ApiImplementer, dependencies: ApiDependencies, table: JobTable) {
  const { favours, runtime, spelling, clock } = dependencies
  const nameOf = peerNames(runtime.state, (peer) => spelling.shortNameOf(peer))
  return os.report.router({
    get: os.report.get.handler(() =>
      workReport({
        people: new Map(favours.done.requesters().map((peer) => [peer, favours.done.of(peer)])),
        thanksFor: (peer, { job }) => favours.done.thanksFor(peer, job),
        nameOf,
        kindOf: (id) => table.kindOfAlgorithm(id),
        nowMs: clock.nowMs(),
      }),
    ),
    dismiss: os.report.dismiss.handler(({ input }) => {
      favours.done.putAway(input.until_ms)
      return {}
    }),
  })
}

/** The calls on what others did for an own job, and the thanks for it. */
export function helpCalls(
  os: ApiImplementer,
  dependencies: ApiDependencies,
  {
    table,
    views,
    preferences,
  }: { readonly table: JobTable; readonly views: JobViews; readonly preferences: PreferenceStore },
) {
  const { runtime, favours, clock, spelling, report } = dependencies
  const { state } = runtime
  const nameOf = peerNames(state, (peer) => spelling.shortNameOf(peer))
  const isContact: HelpedJobs['isContact'] = (peer) => state.pairing.contacts.has(peer)

  /** The done jobs that a name stands for, and the name under which thanks for them are remembered. */
  function helped({ job_id, whole }: { readonly job_id: JobId; readonly whole: boolean }) {
    const frames = whole ? views.framesOf(job_id) : []
    const all = frames.length > 0 ? frames : [views.find(job_id)]
    const jobs = all.filter(({ status }) => status.state === 'done')
    const [first] = jobs
    if (first === undefined) return refuse('bad-input', `job ${job_id} is not done`)
    return { jobs, first, name: frames.length > 1 ? job_id : first.manifest.job_id }
  }

  function helpOf({ jobs, first, name }: ReturnType<typeof helped>): JobHelp {
    return jobHelp({
      ...{ me: state.me, jobs, nameOf, isContact },
      lanes: ownLanes(state, first.manifest.required_resources, clock.nowMs()),
      estimateOf: (job) => table.notesOf(job).alone_ms,
      isThanked: favours.isThanked(name),
    })
  }

  /** Small pictures of jobs, where their owner shows them. One that cannot be made is left out. */
  async function picturesOf(jobs: readonly JobState[]): Promise<Map<JobId, Uint8Array>> {
    const pictures = new Map<JobId, Uint8Array>()
    if (!preferences.now().show_pictures_to_helpers) return pictures
    const shown = jobs.filter(({ manifest }) => manifest.encryption === undefined).slice(-PICTURES_MAX)
    for (const job of shown) {
      try {
        const picture = await table.smallPicture(job)
        if (picture !== undefined) pictures.set(job.manifest.job_id, picture)
      } catch (error) {
        if (!(error instanceof FaultError)) report(error)
      }
    }
    return pictures
  }

  return {
    help: os.jobs.help.handler(({ input }) => helpOf(helped(input))),
    thank: os.jobs.thank.handler(async ({ input }) => {
      const those = helped(input)
      const { jobs, name } = those
      if (helpOf(those).thanks !== 'possible') refuse('bad-input', `there is nobody to thank for ${name}`)
      const providers = [...helpersOf({ me: state.me, jobs })]
        .filter(([peer]) => isContact(peer))
        .map(([peer, { job }]) => ({ peer, job }))
      const named = new Set(providers.map(({ job }) => job))
      const pictures = await picturesOf(jobs.filter(({ manifest }) => named.has(manifest.job_id)))
      // Two windows may have asked while the pictures were made.
      if (!favours.isThanked(name)) favours.thank(name, providers, input.note, pictures)
      return helpOf(those)
    }),
  }
}
