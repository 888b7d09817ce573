import { useState } from 'react'
import type { JobId, JobSummary } from '#contract'
import { isInFlight, progressOf } from '../../state/job-cards.ts'
import { jobName } from '../../state/job-words.ts'
import { useFormat, useText } from '../../state/text.tsx'
import type { StatusOf } from '../job-kind.ts'
import { SeriesStrip } from './frames/series-strip.tsx'
import { FinishedPicture } from './picture/finished-picture.tsx'
import { LivePicture } from './picture/live-picture.tsx'
import classes from './render-view.module.css'

/** The picture of a render in whatever state it is, and the other frames of its animation. */
export function RenderView({
  job,
  siblings,
}: {
  readonly job: StatusOf<'render'>
  readonly siblings: readonly JobSummary[]
}) {
  const text = useText().jobKinds.render
  const format = useFormat()
  const isOver = !isInFlight(job)
  // What was drawn while it went on stays until the finished picture is there.
  const [liveJob, setLiveJob] = useState<JobId>()
  if (!isOver && liveJob !== job.job_id) setLiveJob(job.job_id)
  const isPart = isOver && job.state.kind !== 'done' && job.stored > 0
  const live = (
    <LivePicture
      jobId={job.job_id}
      width={job.facts.width}
      height={job.facts.height}
      people={job.by_peer}
      label={text.livePicture(jobName(job), format.percent(progressOf([job])))}
      isBegun={job.verified > 0}
    />
  )
  return (
    <>
      {isPart && <p className={classes['part']}>{text.part(format.percent(progressOf([job])))}</p>}
      {job.state.kind === 'done' || isPart ? (
        <FinishedPicture
          job={job}
          picture={job.facts}
          siblings={siblings}
          meanwhile={liveJob === job.job_id ? live : undefined}
        />
      ) : isOver ? (
        <p className={classes['part']}>{text.noPart}</p>
      ) : (
        live
      )}
      {siblings.length > 1 && <SeriesStrip frames={siblings} shown={job.job_id} />}
    </>
  )
}
