import { Suspense } from 'react'
import { Route, Switch } from 'wouter'
import type { JobId } from '#contract'
import { JobKindProviders, JobKindZones, preloadJobKinds } from '../../job-kinds/around-jobs.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import { JobsBoard } from './board/jobs-board.tsx'
import { NewJob } from './new-job/new-job.tsx'
import { RemovedJobsProvider } from './removed-jobs.tsx'
import { lazyPart } from '../../ui/lazy-part.ts'

const JobPage = lazyPart(async () => (await import('./page/job-page.tsx')).JobPage)

// This screen is fetched before it is asked for, so that it opens at once also while the node is away.
void preloadJobKinds()

/** Jobs: the board (`/jobs`), a new job (`/jobs/new`, `/jobs/new/:kind`), and one job (`/jobs/:id`). */
export function JobsScreen() {
  return (
    <JobKindProviders>
      <RemovedJobsProvider>
        <Suspense fallback={<SkeletonList rows={4} height={72} />}>
          <JobKindZones>
            <Suspense fallback={<SkeletonList rows={4} height={72} />}>
              <Switch>
                <Route path="/jobs/new/:kind?">{({ kind }) => <NewJob kind={kind} />}</Route>
                <Route path="/jobs/:id">{({ id }) => <JobPage key={id} jobId={id as JobId} />}</Route>
                <Route>
                  <JobsBoard />
                </Route>
              </Switch>
            </Suspense>
          </JobKindZones>
        </Suspense>
      </RemovedJobsProvider>
    </JobKindProviders>
  )
}
