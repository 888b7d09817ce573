import { renderRules } from '../../protocol/job-kinds/render.ts'
import type { JobKind, JobKindOptions } from '../job-kind.ts'
import { createRenderEstimates, type RenderEstimates } from './estimate/render-estimates.ts'
import { createPictures, type Pictures } from './picture/picture-news.ts'
import { renderedPicture } from './picture/rendered-picture.ts'
import { createRenderResults } from './picture/results.ts'
import { createThumbnails, type Thumbnails } from './picture/thumbnail.ts'
import { createSceneImports } from './scene/scene-import.ts'
import { createSceneLooks, type SceneLooks } from './scene/scene-preview.ts'
import { submitRender } from './submission.ts'

/** Jobs that render a picture, with the calls that only they have. */
export interface RenderKind extends JobKind<'render'> {
  readonly scenes: SceneLooks
  readonly pictures: Pictures
  readonly thumbnails: Thumbnails
  readonly estimates: RenderEstimates
}

/** Creates the kind. */
export function createRenderKind({ dependencies, notesOf, stopping }: JobKindOptions): RenderKind {
  const results = createRenderResults(dependencies, stopping)
  const thumbnails = createThumbnails(dependencies, results, stopping)
  const imports = createSceneImports(dependencies)
  const estimates = createRenderEstimates(dependencies, stopping)
  return {
    algorithmId: renderRules.id,
    submit: (request, signal) => submitRender({ ...dependencies, estimates }, imports, request, signal),
    facts: (job) => renderedPicture(job, notesOf(job)),
    result: (job, format) => results.result(job, format),
    forget(job) {
      results.forget(job)
      estimates.forget(job)
      thumbnails.forget(job)
    },
    scenes: createSceneLooks(dependencies, imports),
    pictures: createPictures(dependencies, results, stopping),
    thumbnails,
    estimates,
  }
}
