import { useEffect, useState, type ReactNode } from 'react'
import { Button, Progress, Skeleton } from '@mantine/core'
import { IconAdjustments, IconArrowsLeftRight } from '@tabler/icons-react'
import type { JobStatus, JobSummary, RenderFacts } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { AdjustPanel } from '../adjustment/adjust-panel.tsx'
import { type Delivery, useDeliveredPicture } from './delivered-picture.ts'
import { jobName } from '../../../state/job-words.ts'
import { ADJUSTABLE_PIXELS_MAX, usePictureLight } from '../adjustment/picture-light.ts'
import { pictureShape } from './picture-shape.ts'
import { PictureViewer } from './picture-viewer.tsx'
import { SaveMenu } from './save-menu.tsx'
import { rememberAdjustment, rememberedAdjustment } from '../adjustment/remembered-adjustment.ts'
import { SceneLight } from '../scene/scene-light.tsx'
import { type Adjustment, isAsDelivered } from '../adjustment/tone-mapping.ts'
import classes from './finished-picture.module.css'

interface FinishedPictureProps {
  readonly job: JobStatus
  readonly picture: RenderFacts
  readonly siblings: readonly JobSummary[]
  /** Stands in its place until it is there; a grey place when absent. */
  readonly meanwhile?: ReactNode
}

/** A finished picture at full size: looked at, adjusted, compared, saved. An adjustment is kept for the next time. */
export function FinishedPicture({
  job,
  picture,
  siblings,
  meanwhile,
}: FinishedPictureProps) {
  const text = useText().jobKinds.render.viewer
  const delivery = useDeliveredPicture(job.job_id)
  const { light, load } = usePictureLight(job.job_id)
  const tooLarge = picture.width * picture.height > ADJUSTABLE_PIXELS_MAX
  // What is missing of a picture would be black in an adjusted one.
  const isWhole = job.state.kind === 'done'
  const [compareAt, setCompareAt] = useState<number>()
  const { adjustment, adjust, isAdjusting, setIsAdjusting } = useKeptAdjustment(job, {
    light,
    load,
    isAdjustable: isWhole && !tooLarge,
  })
  const developer = light.state === 'ready' ? light.developer : undefined

  if (delivery.state !== 'ready') {
    return <PictureOnItsWay delivery={delivery} picture={picture} meanwhile={meanwhile} />
  }
  const isAdjusted = isWhole && developer !== undefined && !isAsDelivered(adjustment)
  const toggleAdjusting = (): void => {
    setIsAdjusting(!isAdjusting)
    if (isAdjusting) setCompareAt(undefined)
  }
  const controls = (
    <>
      {isWhole && (
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
      {isAdjusting && <AdjustPanel light={light} adjustment={adjustment} onChange={adjust} onRetry={load} />}
      <SceneLight litBy={picture.lit_by} at="picture" />
    </div>
  )
}

/**
 * How the user adjusts a picture, kept for the next time, and shown at once where the user left it adjusted. The picture's light
 * is fetched when it is first needed.
 */
function useKeptAdjustment(
  job: JobStatus,
  { light, load, isAdjustable }: ReturnType<typeof usePictureLight> & { readonly isAdjustable: boolean },
) {
  const [adjustment, setAdjustment] = useState<Adjustment>(() => rememberedAdjustment(job))
  const [isAdjusting, setIsAdjusting] = useState(isAdjustable && !isAsDelivered(adjustment))
  const developer = light.state === 'ready' ? light.developer : undefined
  useEffect(() => developer?.develop(adjustment), [developer, adjustment])
  useEffect(() => {
    // Light that could not be had is asked for again by its button alone.
    if (isAdjusting && light.state === 'none') load()
  }, [isAdjusting, light.state, load])
  const adjust = (next: Adjustment): void => {
    setAdjustment(next)
    rememberAdjustment(job, next)
  }
  return { adjustment, adjust, isAdjusting, setIsAdjusting }
}

/** The place of the picture while it is put together and fetched, in its shape. */
function PictureOnItsWay({
  delivery,
  picture,
  meanwhile,
}: {
  readonly delivery: Exclude<Delivery, { state: 'ready' }>
  readonly picture: RenderFacts
  readonly meanwhile: ReactNode
}) {
  const text = useText().jobKinds.render.viewer
  const format = useFormat()
  if (delivery.state === 'failed') return <FaultNotice message={delivery.message} onRetry={delivery.retry} />
  const words =
    delivery.state === 'assembling'
      ? text.assembling
      : text.loading(format.bytes(delivery.bytes), format.bytes(delivery.all))
  if (meanwhile !== undefined) {
    return (
      <div className={classes['meanwhile']}>
        <p role="status" className="visually-hidden">
          {words}
        </p>
        {meanwhile}
      </div>
    )
  }
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
