import { useState } from 'react'
import { Button, Progress } from '@mantine/core'
import type { JobId } from '#contract'
import type { ApiCalls } from '../../../connection/api-calls.ts'
import { useAction, useCalls, useStream } from '../../../connection/calls.tsx'
import { useFormat, useText } from '../../../state/text.tsx'
import classes from './cleaning.module.css'

/** Whether a picture is cleaned of noise, as the node tells it. */
type Cleaning =
  Awaited<ReturnType<ApiCalls['render']['watchCleaning']>> extends AsyncIterable<infer T> ? T : never

/** A picture's cleaning, and what its user can do about it. */
export interface PictureCleaning {
  /** Undefined until the node has told it. */
  readonly now: Cleaning | undefined
  /** Cleans it after it was stopped, or failed. */
  readonly again: () => void
}

/** Has a finished job's picture cleaned, unless its job asks for none. */
export function useCleaning(jobId: JobId, isAsked: boolean): PictureCleaning {
  const [round, setRound] = useState(0)
  const [now, setNow] = useState<Cleaning>()
  useStream<Cleaning>(
    `cleaning ${jobId} ${isAsked} ${round}`,
    (calls, signal) =>
      isAsked
        ? calls.render.watchCleaning({ job_id: jobId, ...(round > 0 ? { again: true } : {}) }, { signal })
        : OFF,
    setNow,
  )
  return { now, again: () => setRound((before) => before + 1) }
}

const OFF: AsyncIterable<Cleaning> = {
  async *[Symbol.asyncIterator]() {
    yield await Promise.resolve({ state: 'as-rendered', why: 'off' } as const)
  },
}

/** How far cleaning a picture is, or why it is as rendered; nothing of one that is not meant to be cleaned. */
export function CleaningLine({
  jobId,
  cleaning,
}: {
  readonly jobId: JobId
  readonly cleaning: PictureCleaning
}) {
  const text = useText().jobKinds.render.viewer.cleaning
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  const { now, again } = cleaning
  // In its place from the start, so that nothing below it moves.
  if (now === undefined) return <div className={classes['line']} />
  if (now.state === 'cleaned') return <p className={classes['line']}>{text.done}</p>
  if (now.state === 'as-rendered') {
    if (now.why === 'off') return null
    return (
      <div role="status" className={classes['line']}>
        <span title={now.why === 'failed' ? now.message : undefined}>{text[now.why]}</span>
        {now.why !== 'few-samples' && (
          <Button size="compact-xs" onClick={again}>
            {text.clean}
          </Button>
        )}
      </div>
    )
  }
  const words = text.working(format.percent(now.share))
  const stop = (): Promise<unknown> => run(() => calls.render.stopCleaning({ job_id: jobId }))
  return (
    <div className={classes['line']}>
      <span role="status">{words}</span>
      <Progress value={now.share * 100} size="sm" w={160} aria-label={words} />
      <Button size="compact-xs" onClick={() => void stop()}>
        {text.stop}
      </Button>
    </div>
  )
}
