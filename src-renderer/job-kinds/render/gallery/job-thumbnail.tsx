import { Skeleton } from '@mantine/core'
import { IconPhotoOff } from '@tabler/icons-react'
import type { JobId } from '#contract'
import { useText } from '../../../state/text.tsx'
import { useThumbnail } from './thumbnails.tsx'
import classes from './job-thumbnail.module.css'

/** The small picture of a finished job, filling its place. */
export function JobThumbnail({ job, name }: { readonly job: JobId; readonly name: string }) {
  const text = useText().jobs
  const url = useThumbnail(job)
  if (url === undefined) return <Skeleton className={classes['thumbnail']} radius={0} />
  if (url === null) {
    return (
      <div className={classes['none']}>
        <IconPhotoOff size={28} stroke={1.25} aria-hidden="true" />
        <span>{text.noThumbnail}</span>
      </div>
    )
  }
  return <img src={url} alt={text.thumbnailOf(name)} className={classes['thumbnail']} draggable={false} />
}
