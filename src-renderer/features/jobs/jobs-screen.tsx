import { lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import type { JobId } from '#contract'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import { JobsBoard } from './board/jobs-board.tsx'
import { RemovedJobsProvider } from './removed-jobs.tsx'
import { SceneDropZone } from '../../job-kinds/render/scene/scene-drop.tsx'
import { ThumbnailsProvider } from '../../job-kinds/render/gallery/thumbnails.tsx'

const NewRender = lazy(async () => ({
  default: (await import('../../job-kinds/render/form/new-render.tsx')).NewRender,
}))
const JobPage = lazy(async () => ({ default: (await import('./page/job-page.tsx')).JobPage }))

/** Jobs: the board (`/jobs`), a new render (`/jobs/new`), and one job (`/jobs/:id`). */
export function JobsScreen() {
  return (
    <ThumbnailsProvider>
      <RemovedJobsProvider>
        <SceneDropZone>
          <Suspense fallback={<SkeletonList rows={4} height={72} />}>
            <Switch>
              <Route path="/jobs/new">
                <NewRender />
              </Route>
              <Route path="/jobs/:id">{({ id }) => <JobPage key={id} jobId={id as JobId} />}</Route>
              <Route>
                <JobsBoard />
              </Route>
            </Switch>
          </Suspense>
        </SceneDropZone>
      </RemovedJobsProvider>
    </ThumbnailsProvider>
  )
}
