import { useEffect, useRef } from 'react'
import { Progress } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Link } from 'wouter'
import type { JobId, JobSummary } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { progressOf } from '../../../state/job-cards.ts'
import { jobName } from '../../../state/job-words.ts'
import { PlacedThumbnail } from '../../placed-thumbnail.tsx'
import { LiveThumbnail } from '../thumbnails/live-thumbnail.tsx'
import { RenderThumbnail } from '../thumbnails/render-thumbnail.tsx'
import { frameOf } from './frame-number.ts'
import classes from './series-strip.module.css'

const FRAME_WIDTH = 116
const GAP = 8

/** The frames of an animation in their order, the shown one marked; only those that are seen are drawn. */
export function SeriesStrip({
  frames,
  shown,
}: {
  readonly frames: readonly JobSummary[]
  readonly shown: JobId
}) {
  const text = useText().jobKinds.render.series
  const format = useFormat()
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    horizontal: true,
    count: frames.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => FRAME_WIDTH,
    gap: GAP,
    overscan: 4,
  })
  const at = frames.findIndex(({ job_id }) => job_id === shown)
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: 'auto' })
  }, [virtual, at])
  const done = frames.filter(({ state }) => state.kind === 'done').length
  return (
    <nav aria-label={text.label} className={classes['series']}>
      <p className={classes['title']}>{text.all(done, format.number(done), format.number(frames.length))}</p>
      <div ref={scroller} className={classes['scroller']}>
        <div className={classes['space']} style={{ width: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const frame = frames[item.index]
            if (frame === undefined) return null
            const number = format.number(frameOf(frame) ?? item.index)
            return (
              <Link
                key={item.key}
                href={`/jobs/${frame.job_id}`}
                replace
                aria-current={frame.job_id === shown ? 'page' : undefined}
                aria-label={text.frame(number)}
                className={classes['frame']}
                style={{ transform: `translateX(${item.start}px)` }}
              >
                <span className={classes['picture']}>
                  {frame.state.kind === 'done' ? (
                    <PlacedThumbnail of={RenderThumbnail} jobId={frame.job_id} name={jobName(frame)} />
                  ) : (
                    <>
                      {frame.verified > 0 && (
                        <LiveThumbnail
                          jobId={frame.job_id}
                          label={jobName(frame)}
                          className={classes['live']}
                          waiting={null}
                        />
                      )}
                      <Progress
                        value={progressOf([frame]) * 100}
                        size="xs"
                        className={classes['progress']}
                        aria-hidden="true"
                      />
                    </>
                  )}
                </span>
                <span className={classes['number']} aria-hidden="true">
                  {number}
                </span>
              </Link>
            )
          })}
        </div>
      </div>
    </nav>
  )
}
