import type { ComponentType } from 'react'
import { Skeleton } from '@mantine/core'
import { IconPhotoOff } from '@tabler/icons-react'
import type { JobId } from '#contract'
import { useText } from '../state/text.tsx'
import type { ThumbnailProps } from './job-kind.ts'
import classes from './placed-thumbnail.module.css'

/** The small picture of a finished job, filling its place. */
export function PlacedThumbnail({
  of: Thumbnail,
  jobId,
  name,
}: {
  /** The kind's. */
  readonly of: ComponentType<ThumbnailProps>
  readonly jobId: JobId
  readonly name: string
}) {
  const text = useText().jobs
  return (
    <Thumbnail
      jobId={jobId}
      label={text.thumbnailOf(name)}
      className={classes['thumbnail']}
      waiting={<Skeleton className={classes['thumbnail']} radius={0} />}
      none={
        <div className={classes['none']}>
          <IconPhotoOff size={28} stroke={1.25} aria-hidden="true" />
          <span>{text.noThumbnail}</span>
        </div>
      }
    />
  )
}
