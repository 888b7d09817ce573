import { useEffect, useState, type ReactNode } from 'react'
import { Button, Progress, Skeleton } from '@mantine/core'
import { IconAdjustments, IconArrowsLeftRight } from '@tabler/icons-react'
import type { JobStatus, JobSummary, RenderFacts } from '#contract'
import type { Messages } from '#text'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { AdjustPanel } from '../adjustment/adjust-panel.tsx'
import { CleaningLine, useCleaning } from './cleaning.tsx'
import type { CompareWords } from './compare-handle.tsx'
import { type DeliveredPicture, type Delivery, useDeliveredPicture } from './delivered-picture.ts'
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

/**
 * A finished picture at full size: looked at, adjusted, compared, saved. An adjustment is kept for the next time. A picture
 * that is being cleaned of noise is seen as rendered until it is.
 */
export function FinishedPicture({ job, picture, siblings, meanwhile }: FinishedPictureProps) {
  const cleaning = useCleaning(job.job_id, picture.denoise !== undefined)
  const rendered = useDeliveredPicture(job.job_id, picture.denoise === undefined ? 'png' : 'rawpng')
  const isCleaned = cleaning.now?.state === 'cleaned'
  const cleaned = useDeliveredPicture(job.job_id, isCleaned ? 'png' : undefined)
  if (rendered.state !== 'ready') {
    return <PictureOnItsWay delivery={rendered} picture={picture} meanwhile={meanwhile} />
  }
  const over = isCleaned && cleaned.state === 'ready' ? cleaned.picture : undefined
  return (
    <div className={classes['finished']}>
      <PictureDesk
        // The light of a picture that is cleaned later is another one.
        key={`${cleaning.now?.state === 'as-rendered'}`}
        job={job}
        picture={picture}
        siblings={siblings}
        rendered={rendered.picture}
        cleaned={over}
        isSettled={cleaning.now !== undefined && (over !== undefined || cleaning.now.state === 'as-rendered')}
      />
      {picture.denoise !== undefined && <CleaningLine jobId={job.job_id} cleaning={cleaning} />}
      <SceneLight litBy={picture.lit_by} at="picture" />
    </div>
  )
}

/** A finished picture, as it is here so far. */
interface DeskProps {
  readonly job: JobStatus
  readonly picture: RenderFacts
  readonly siblings: readonly JobSummary[]
  readonly rendered: DeliveredPicture
  /** Without noise, once it is here. */
  readonly cleaned: DeliveredPicture | undefined
  /** Whether the picture is the one that it stays. */
  readonly isSettled: boolean
}

/** The picture with its tools. */
function PictureDesk(desk: DeskProps) {
  const { job, picture, rendered, cleaned, isSettled } = desk
  const text = useText().jobKinds.render.viewer
  const { light, load } = usePictureLight(job.job_id)
  const tooLarge = picture.width * picture.height > ADJUSTABLE_PIXELS_MAX
  // What is missing of a picture would be black in an adjusted one.
  const isWhole = job.state.kind === 'done'
  const [compareAt, setCompareAt] = useState<number>()
  const { adjustment, adjust, isAdjusting, setIsAdjusting } = useKeptAdjustment(job, {
    ...{ light, load, isAdjustable: isWhole && !tooLarge, isSettled },
  })
  const adjusted = isWhole && light.state === 'ready' && !isAsDelivered(adjustment) ? light : undefined
  const delivered = cleaned ?? rendered
  const pair = isAdjusting ? adjustedPair(delivered, adjusted, text) : cleanedPair(rendered, cleaned, text)
  const compare = comparison(pair, compareAt, setCompareAt)
  return (
    <>
      <PictureViewer
        picture={picture}
        {...shown(compare && pair, delivered, adjusted)}
        label={text.label(jobName(job))}
        compare={compare}
        controls={
          <DeskControls
            {...desk}
            adjusting={isWhole ? { isOn: isAdjusting, tooLarge } : undefined}
            onAdjusting={() => {
              setIsAdjusting(!isAdjusting)
              setCompareAt(undefined)
            }}
            compare={pair === undefined ? undefined : compareAt !== undefined}
            onCompare={() => setCompareAt(compareAt === undefined ? 0.5 : undefined)}
            adjusted={adjusted && (() => adjusted.developer.toPng(adjustment))}
          />
        }
      />
      {isAdjusting && <AdjustPanel light={light} adjustment={adjustment} onChange={adjust} onRetry={load} />}
    </>
  )
}

type ViewerText = Messages['jobKinds']['render']['viewer']

/** Two pictures that can be compared: the address of the one below, and the one over it. */
interface Pair {
  readonly under: string
  readonly over: string | HTMLCanvasElement
  readonly words: CompareWords
}

function adjustedPair(
  delivered: DeliveredPicture,
  adjusted: { readonly canvas: HTMLCanvasElement } | undefined,
  { before, after, compareLabel: label }: ViewerText,
): Pair | undefined {
  return adjusted && { under: delivered.url, over: adjusted.canvas, words: { before, after, label } }
}

function cleanedPair(
  rendered: DeliveredPicture,
  cleaned: DeliveredPicture | undefined,
  { rendered: before, cleaned: after, compareNoiseLabel: label }: ViewerText,
): Pair | undefined {
  return cleaned && { under: rendered.url, over: cleaned.url, words: { before, after, label } }
}

/** The pictures that are seen: both of a pair that is compared, else the one that is adjusted or delivered. */
function shown(
  pair: Pair | undefined,
  delivered: DeliveredPicture,
  adjusted: { readonly canvas: HTMLCanvasElement } | undefined,
): { readonly url: string; readonly over: Pair['over'] | undefined } {
  return pair === undefined
    ? { url: delivered.url, over: adjusted?.canvas }
    : { url: pair.under, over: pair.over }
}

function comparison(pair: Pair | undefined, at: number | undefined, onMove: (at: number) => void) {
  return pair === undefined || at === undefined ? undefined : { at, words: pair.words, onMove }
}

/** The tools beside those that zoom. */
function DeskControls({
  job,
  siblings,
  rendered,
  cleaned,
  isSettled,
  adjusting,
  onAdjusting,
  compare,
  onCompare,
  adjusted,
}: DeskProps & {
  /** Absent where a picture cannot be adjusted. */
  readonly adjusting: { readonly isOn: boolean; readonly tooLarge: boolean } | undefined
  readonly onAdjusting: () => void
  /** Whether two pictures are compared; absent where there are not two. */
  readonly compare: boolean | undefined
  readonly onCompare: () => void
  readonly adjusted: (() => Promise<Blob>) | undefined
}) {
  const text = useText().jobKinds.render.viewer
  const isAdjusting = adjusting?.isOn === true
  return (
    <>
      {adjusting !== undefined && (
        <ToggleButton
          isOn={isAdjusting}
          isDisabled={adjusting.tooLarge || !isSettled}
          title={adjusting.tooLarge ? text.tooLarge : undefined}
          icon={<IconAdjustments size={16} aria-hidden="true" />}
          onClick={onAdjusting}
        >
          {text.adjust}
        </ToggleButton>
      )}
      {(isAdjusting || cleaned !== undefined) && (
        <ToggleButton
          isOn={compare === true}
          isDisabled={compare === undefined}
          title={isAdjusting ? undefined : text.compareNoise}
          icon={<IconArrowsLeftRight size={16} aria-hidden="true" />}
          onClick={onCompare}
        >
          {text.compare}
        </ToggleButton>
      )}
      <SaveMenu
        job={job}
        siblings={siblings}
        delivered={isSettled ? (cleaned ?? rendered).blob : undefined}
        rendered={cleaned === undefined ? undefined : rendered.blob}
        adjusted={adjusted}
      />
    </>
  )
}

/** A button of the viewer's own that stays pressed. */
function ToggleButton({
  isOn,
  isDisabled,
  title,
  icon,
  onClick,
  children,
}: {
  readonly isOn: boolean
  readonly isDisabled: boolean
  readonly title: string | undefined
  readonly icon: ReactNode
  readonly onClick: () => void
  readonly children: string
}) {
  return (
    <Button
      size="xs"
      aria-pressed={isOn}
      disabled={isDisabled}
      title={title}
      data-is-on={isOn}
      className={classes['toggle']}
      leftSection={icon}
      onClick={onClick}
    >
      {children}
    </Button>
  )
}

/**
 * How the user adjusts a picture, kept for the next time, and shown at once where the user left it adjusted. The picture's light
 * is fetched when it is first needed.
 */
function useKeptAdjustment(
  job: JobStatus,
  {
    light,
    load,
    isAdjustable,
    isSettled,
  }: ReturnType<typeof usePictureLight> & { readonly isAdjustable: boolean; readonly isSettled: boolean },
) {
  const [adjustment, setAdjustment] = useState<Adjustment>(() => rememberedAdjustment(job))
  const [isAdjusting, setIsAdjusting] = useState(isAdjustable && !isAsDelivered(adjustment))
  const developer = light.state === 'ready' ? light.developer : undefined
  useEffect(() => developer?.develop(adjustment), [developer, adjustment])
  useEffect(() => {
    // Light that could not be had is asked for again by its button alone.
    if (isAdjusting && isSettled && light.state === 'none') load()
  }, [isAdjusting, isSettled, light.state, load])
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
