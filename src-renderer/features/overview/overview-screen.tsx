import { useFormat, useText } from '../../state/text.tsx'
import { useNode } from '../../state/node-store.ts'
import { Page } from '../../ui/layout/page.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import { dayTitle } from './day-title.ts'
import { HereNow } from './here-now.tsx'
import { Month } from './month/month.tsx'
import { MyJobs } from './my-jobs/my-jobs.tsx'
import { NewestHelp } from './report/newest-help.tsx'
import { WorkReport } from './report/work-report.tsx'
import { SmallMesh } from './small-mesh.tsx'
import { SuggestionCard } from './suggestion/suggestion-card.tsx'
import { Today } from './today.tsx'
import { useDays } from './use-days.ts'
import classes from './overview-screen.module.css'

/** Overview: the day, what runs here, own jobs, and the mesh. */
export function OverviewScreen() {
  const text = useText().overview
  const format = useFormat()
  const isLoaded = useNode((node) => node.isLoaded)
  const days = useDays()
  const today = days.state === 'ready' ? days.value.at(-1) : undefined
  return (
    <Page title={dayTitle(today, text.title, format)}>
      <SuggestionCard />
      <WorkReport />
      <NewestHelp />
      <Today days={days} />
      {isLoaded ? (
        <div className={classes['columns']}>
          <div className={classes['column']}>
            <HereNow />
            <MyJobs />
          </div>
          <SmallMesh />
        </div>
      ) : (
        <SkeletonList rows={3} height={72} />
      )}
      {isLoaded && <Month days={days} />}
    </Page>
  )
}
