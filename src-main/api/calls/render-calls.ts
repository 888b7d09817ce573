import type { JobTable } from '../../jobs/table.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { countedWatch, type ApiImplementer } from './implementer.ts'
import { untilStopped, type JobViews } from './job-calls.ts'

/** Calls on renders alone: looking at a scene before it is sent, and at its picture. */
export function renderCalls(
  os: ApiImplementer,
  { report, runtime, clock }: ApiDependencies,
  {
    table,
    views,
    stopping,
  }: { readonly table: JobTable; readonly views: JobViews; readonly stopping: AbortSignal },
) {
  const { render } = table.kinds
  return os.render.router({
    inspectScene: os.render.inspectScene.handler(({ input, signal }) =>
      render.scenes.inspect(input, untilStopped(stopping, signal)),
    ),
    takeSample: os.render.takeSample.handler(({ input: { name }, signal }) =>
      render.samples.take(name, untilStopped(stopping, signal)),
    ),
    previewScene: os.render.previewScene.handler(({ input: { frame, fps, ...view }, signal }) => {
      const seconds = frame === undefined ? undefined : frame / fps
      return render.scenes.preview({ ...view, seconds }, untilStopped(stopping, signal))
    }),
    estimate: os.render.estimate.handler(({ input: { sample_us, unit_ram_gb, files, ...asked } }) =>
      render.estimates.estimate({
        ...asked,
        ...(sample_us === undefined ? {} : { sampleUs: sample_us }),
        ...(unit_ram_gb === undefined ? {} : { unitRamGb: unit_ram_gb }),
        ...(files === undefined ? {} : { files }),
      }),
    ),
    recipe: os.render.recipe.handler(({ input }) => render.recipe(views.find(input.job_id))),
    again: os.render.again.handler(({ input, signal }) =>
      render.again(views.find(input.job_id), untilStopped(stopping, signal)),
    ),
    continue: os.render.continue.handler(async ({ input: { job_id } }) => {
      const submitted = await render.continue(views.find(job_id))
      await runtime.dispatch({ kind: 'job-removed', at_ms: clock.nowMs(), job_id })
      table.forget(job_id)
      return submitted
    }),
    watchPicture: os.render.watchPicture.handler(({ input, signal, context }) => {
      const job = views.find(input.job_id)
      const news = render.pictures.watch(job, input.side_max, untilStopped(stopping, signal))
      return countedWatch(context, report, news)
    }),
    exposure: os.render.exposure.handler(async ({ input }) => ({
      exposure_stops: await render.exposureStops(views.find(input.job_id)),
    })),
    watchCleaning: os.render.watchCleaning.handler(({ input: { job_id, again }, signal, context }) => {
      const news = render.cleanings.watch(views.find(job_id), again === true, untilStopped(stopping, signal))
      return countedWatch(context, report, news)
    }),
    stopCleaning: os.render.stopCleaning.handler(({ input }) => {
      render.cleanings.stop(views.find(input.job_id))
      return {}
    }),
    thumbnail: os.render.thumbnail.handler(async ({ input }) => {
      const { bytes, width, height } = await render.thumbnails.of(views.find(input.job_id))
      return { image: new Blob([Uint8Array.from(bytes)], { type: 'image/jpeg' }), width, height }
    }),
  })
}
