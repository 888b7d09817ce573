import { useEffect, useState } from 'react'
import { Button, Progress, Skeleton } from '@mantine/core'
import { IconAdjustments, IconArrowsLeftRight } from '@tabler/icons-react'
import type { JobStatus, JobSummary, RenderFacts } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { AdjustPanel } from '../adjustment/adjust-panel.tsx'
import { type Delivery, useDeliveredPicture } from './delivered-picture.ts'
import { jobName } from '../../../state/job-words.ts'
import { isAsDelivered } from '../adjustment/picture-developer.ts'
import { ADJUSTABLE_PIXELS_MAX, usePictureLight } from '../adjustment/picture-light.ts'
import { pictureShape } from './picture-shape.ts'
import { PictureViewer } from './picture-viewer.tsx'
import { SaveMenu } from './save-menu.tsx'
import { type Adjustment, AS_DELIVERED } from '../adjustment/tone-mapping.ts'
import classes from './finished-picture.module.css'

/** A finished picture at full size: looked at, adjusted, compared, saved. */
export function FinishedPicture({
  job,
  picture,
  siblings,
}: {
  readonly job: JobStatus
  readonly picture: RenderFacts
  readonly siblings: readonly JobSummary[]
}) {
  const text = useText().jobKinds.render.viewer
  const delivery = useDeliveredPicture(job.job_id)
  const { light, load } = usePictureLight(job.job_id)
  const [adjustment, setAdjustment] = useState<Adjustment>(AS_DELIVERED)
  const [isAdjusting, setIsAdjusting] = useState(false)
  const [compareAt, setCompareAt] = useState<number>()
  const developer = light.state === 'ready' ? light.developer : undefined
  useEffect(() => developer?.develop(adjustment), [developer, adjustment])

  if (delivery.state !== 'ready') return <PictureOnItsWay delivery={delivery} picture={picture} />
  const isAdjusted = developer !== undefined && !isAsDelivered(adjustment)
  const tooLarge = picture.width * picture.height > ADJUSTABLE_PIXELS_MAX
  const toggleAdjusting = (): void => {
    if (!isAdjusting) load()
    setIsAdjusting(!isAdjusting)
    if (isAdjusting) setCompareAt(undefined)
  }
  const controls = (
    <>
      {/* What is missing would be black in the adjusted picture. */}
      {job.state.kind === 'done' && (
        <Button
          size="xs"
          aria-pressed={isAdjusting}
          disabled={tooLarge}
          title={tooLarge ? text.tooLarge : undefined}
          data-is-on={isAdjusting}
          className={classes['toggle']}
          leftSection={<IconAdjustments size={16} aria-hidden="true" />}
          onClick={toggleAdjusting}
        >
          {text.adjust}
        </Button>
      )}
      {isAdjusting && (
        <Button
          size="xs"
          aria-pressed={compareAt !== undefined}
          disabled={!isAdjusted}
          data-is-on={compareAt !== undefined}
          className={classes['toggle']}
          leftSection={<IconArrowsLeftRight size={16} aria-hidden="true" />}
          onClick={() => setCompareAt(compareAt === undefined ? 0.5 : undefined)}
        >
          {text.compare}
        </Button>
      )}
      <SaveMenu
        job={job}
        siblings={siblings}
        delivered={delivery.picture.blob}
        adjusted={isAdjusted ? () => developer.toPng(adjustment) : undefined}
      />
    </>
  )
  return (
    <div className={classes['finished']}>
      <PictureViewer
        picture={picture}
        url={delivery.picture.url}
        canvas={isAdjusted && light.state === 'ready' ? light.canvas : undefined}
        label={text.label(jobName(job))}
        compareAt={isAdjusted ? compareAt : undefined}
        onCompare={setCompareAt}
        controls={controls}
      />
      {isAdjusting && (
        <AdjustPanel light={light} adjustment={adjustment} onChange={setAdjustment} onRetry={load} />
      )}
    </div>
  )
}

/** The place of the picture while it is put together and fetched, in its shape. */
function PictureOnItsWay({
  delivery,
  picture,
}: {
  readonly delivery: Exclude<Delivery, { state: 'ready' }>
  readonly picture: RenderFacts
}) {
  const text = useText().jobKinds.render.viewer
  const format = useFormat()
  if (delivery.state === 'failed') return <FaultNotice message={delivery.message} onRetry={delivery.retry} />
  const words =
    delivery.state === 'assembling'
      ? text.assembling
      : text.loading(format.bytes(delivery.bytes), format.bytes(delivery.all))
  return (
    <div role="status" className={classes['place']} style={pictureShape(picture)}>
      <Skeleton className={classes['skeleton']} />
      <div className={classes['words']}>
        <span>{words}</span>
        {delivery.state === 'loading' && (
          <Progress value={(delivery.bytes / delivery.all) * 100} size="sm" w={200} aria-label={words} />
        )}
      </div>
    </div>
  )
}
