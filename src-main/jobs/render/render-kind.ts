import type { RenderEstimate, RenderRecipe, SubmittedRender } from '#contract'
import type { JobState } from '../../peer/requester/slice.ts'
import { renderRules } from '../../protocol/job-kinds/render.ts'
import type { JobKind, JobKindOptions } from '../job-kind.ts'
import { continueRender, renderAgain } from './again.ts'
import { estimateRender, type EstimateInput } from './estimate.ts'
import { createPictures, type Pictures } from './picture/picture-news.ts'
import { renderedPicture } from './picture/rendered-picture.ts'
import { createRenderResults } from './picture/results.ts'
import { createThumbnails, type Thumbnails } from './picture/thumbnail.ts'
import { recipeOf } from './recipe.ts'
import { ownRenderScore, renderPeers } from './renderers.ts'
import { createSceneImports } from './scene/scene-import.ts'
import { createSceneLooks, type SceneLooks } from './scene/scene-preview.ts'
import { submitRender } from './submission.ts'

/** Jobs that render a picture, with the calls that only they have. */
export interface RenderKind extends JobKind<'render'> {
  readonly scenes: SceneLooks
  readonly pictures: Pictures
  readonly thumbnails: Thumbnails
  /** How a job was asked for. */
  recipe(job: JobState): Promise<RenderRecipe>
  /** Renders it once more. @throws FaultError as `renderAgain` */
  again(job: JobState, signal: AbortSignal): Promise<SubmittedRender>
  /** Goes on with an ended job under a new name. @throws FaultError as `continueRender` */
  continue(job: JobState): Promise<SubmittedRender>
  /** How long a render would take with the peers of this moment. */
  estimate(asked: Omit<EstimateInput, 'ownScore' | 'peers'>): RenderEstimate
}

/** Creates the kind. */
export function createRenderKind({ dependencies, notesOf, stopping }: JobKindOptions): RenderKind {
  const { runtime, clock } = dependencies
  const results = createRenderResults(dependencies, stopping)
  const thumbnails = createThumbnails(dependencies, results, stopping)
  const imports = createSceneImports(dependencies)
  return {
    algorithmId: renderRules.id,
    submit: (request, signal) => submitRender(dependencies, imports, request, signal),
    facts: (job) => renderedPicture(job, notesOf(job)),
    result: (job, format) => results.result(job, format),
    keepsPart: true,
    forget(job) {
      results.forget(job)
      thumbnails.forget(job)
    },
    recipe: (job) => recipeOf(dependencies, job, notesOf(job)),
    again: (job, signal) => renderAgain(dependencies, imports, { job, notes: notesOf(job) }, signal),
    continue: (job) => continueRender(dependencies, { job, notes: notesOf(job) }),
    scenes: createSceneLooks(dependencies, imports),
    pictures: createPictures(dependencies, results, stopping),
    thumbnails,
    estimate: (asked) =>
      estimateRender({
        ...asked,
        ownScore: ownRenderScore(runtime.state),
        peers: renderPeers(runtime.state, clock.nowMs()),
      }),
  }
}
