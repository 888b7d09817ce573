import type { RenderRecipe, SubmittedRender } from '#contract'
import type { JobState } from '../../peer/requester/slice.ts'
import { renderRules } from '../../protocol/job-kinds/render.ts'
import type { JobKind, JobKindOptions } from '../job-kind.ts'
import { continueRender, renderAgain } from './again.ts'
import { createRenderEstimates, type RenderEstimates } from './estimate/render-estimates.ts'
import { createBackdrops } from './picture/backdrop.ts'
import { createJobExposures } from './picture/exposure.ts'
import { createPictures, type Pictures } from './picture/picture-news.ts'
import { mustRender, renderedPicture } from './picture/rendered-picture.ts'
import { createRenderResults } from './picture/results.ts'
import { createThumbnails, type Thumbnails } from './picture/thumbnail.ts'
import { createCleanings, type Cleanings } from './cleaning/cleanings.ts'
import { recipeOf } from './recipe.ts'
import { createSampleScenes, type SampleScenes } from './scene/sample-scenes.ts'
import { createSceneImports } from './scene/scene-import.ts'
import { createSceneMeter } from './scene/scene-meter.ts'
import { createSceneLooks, type SceneLooks } from './scene/scene-preview.ts'
import { createTakenPreviews } from './scene/taken-previews.ts'
import { submitRender } from './submission.ts'

/** Jobs that render a picture, with the calls that only they have. */
export interface RenderKind extends JobKind<'render'> {
  readonly scenes: SceneLooks
  readonly samples: SampleScenes
  readonly pictures: Pictures
  readonly cleanings: Cleanings
  readonly thumbnails: Thumbnails
  /** How a job was asked for. */
  recipe(job: JobState): Promise<RenderRecipe>
  /** Renders it once more. @throws FaultError as `renderAgain` */
  again(job: JobState, signal: AbortSignal): Promise<SubmittedRender>
  /** Goes on with an ended job under a new name. @throws FaultError as `continueRender` */
  continue(job: JobState): Promise<SubmittedRender>
  /** The exposure of a job's pictures. @throws FaultError `bad-input` for a job that renders nothing */
  exposureStops(job: JobState): Promise<number>
  readonly estimates: RenderEstimates
}

/** Creates the kind. */
export function createRenderKind({ dependencies, notesOf, stopping }: JobKindOptions): RenderKind {
  const exposures = createJobExposures(dependencies, notesOf, stopping)
  const cleanings = createCleanings(dependencies, {
    notesOf,
    exposureStops: (job) => results.exposureStops(job),
    stopping,
  })
  const results = createRenderResults(dependencies, exposures, cleanings, stopping)
  const thumbnails = createThumbnails(dependencies, results, stopping)
  const imports = createSceneImports(dependencies)
  const meter = createSceneMeter(dependencies)
  const estimates = createRenderEstimates(dependencies, stopping)
  const submitting = { ...dependencies, estimates }
  const taken = createTakenPreviews()
  const backdrops = createBackdrops(dependencies, (job) => results.exposureStops(job), stopping)
  const scene = { imports, meter, taken, backdrops }
  return {
    algorithmId: renderRules.id,
    submit: (request, signal) => submitRender(submitting, scene, request, signal),
    facts: (job) => renderedPicture(job, notesOf(job)),
    result: (job, format) => results.result(job, format),
    keepsPart: true,
    smallPicture: (job) => thumbnails.small(job),
    forget(job) {
      results.forget(job)
      cleanings.forget(job)
      estimates.forget(job)
      thumbnails.forget(job)
      backdrops.forget(job)
    },
    recipe: (job) => recipeOf(dependencies, job, notesOf(job)),
    again: (job, signal) => renderAgain(submitting, scene, { job, notes: notesOf(job) }, signal),
    continue: (job) => continueRender(dependencies, { job, notes: notesOf(job) }),
    samples: createSampleScenes(dependencies),
    scenes: createSceneLooks(dependencies, imports, meter, taken),
    exposureStops: async (job) => {
      mustRender(job)
      return (await results.exposureStops(job)) ?? 0
    },
    pictures: createPictures(dependencies, { results, backdrops }, stopping),
    cleanings,
    thumbnails,
    estimates,
  }
}
