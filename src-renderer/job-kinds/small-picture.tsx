import type { ReactNode } from 'react'
import type { JobSummary } from '#contract'
import { pictureJobOf, standInOf } from '../state/job-cards.ts'
import { useText } from '../state/text.tsx'
import classes from './small-picture.module.css'
import { kindOf } from './table.ts'

/** The picture of a job, or of an animation, in a small place: as it comes while it is made, and finished. */
export function SmallPicture({
  jobs,
  name,
  otherwise,
}: {
  /** The job, or the frames of an animation. */
  readonly jobs: readonly JobSummary[]
  readonly name: string
  /** Stands there until there is something to see, and where there is no picture. */
  readonly otherwise: ReactNode
}) {
  const text = useText().jobs
  const job = pictureJobOf(jobs)
  const { Thumbnail } = job === undefined ? {} : kindOf(job.facts)
  if (job === undefined || Thumbnail === undefined) return otherwise
  const label = text.thumbnailOf(name)
  const before = standInOf(jobs, job)
  const waiting =
    before === undefined ? (
      otherwise
    ) : (
      <Thumbnail
        jobId={before.job_id}
        label={label}
        className={classes['picture']}
        waiting={otherwise}
        none={otherwise}
      />
    )
  return (
    <Thumbnail
      key={job.job_id}
      jobId={job.job_id}
      isLive={job.state.kind !== 'done'}
      label={label}
      className={classes['picture']}
      waiting={waiting}
      none={otherwise}
    />
  )
}
