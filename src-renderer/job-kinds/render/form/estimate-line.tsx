import { Button, Tooltip } from '@mantine/core'
import type { RenderEstimate } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import classes from './estimate-line.module.css'

/** When it would be done, in one line, and what that rests on, in another. */
export function EstimateLine({
  estimate,
  askedAtMs,
  isWorking,
  message,
  deadlineMs,
  checks,
  onChecks,
}: {
  readonly estimate: RenderEstimate | undefined
  /** When it was given. */
  readonly askedAtMs: number | undefined
  readonly isWorking: boolean
  /** Why there is none. */
  readonly message: string | undefined
  readonly deadlineMs: number | undefined
  /** PCs that are to compute each tile. */
  readonly checks: number
  /** Has so many compute each tile instead. */
  readonly onChecks: (checks: number) => void
}) {
  const text = useText().jobKinds.render.estimate
  const format = useFormat()
  if (message !== undefined) return <p className={classes['problem']}>{message}</p>
  if (estimate === undefined || askedAtMs === undefined) {
    return <p className={classes['dim']}>{isWorking ? text.working : text.unknown}</p>
  }
  const { likely_ms, low_ms, high_ms, peers, cores, core_ms } = estimate
  const work = text.work(format.duration(core_ms))
  if (likely_ms === undefined) {
    const isTooFew = peers > 0 && peers < checks
    return (
      <div className={classes['lines']} role="status">
        <p className={classes['answer']}>{text.nobody}</p>
        {isTooFew ? (
          <>
            <p className={classes['dim']}>
              {text.tooFew(peers, format.number(peers), format.number(checks))}
            </p>
            <Button size="compact-xs" mt={4} onClick={() => onChecks(peers)}>
              {text.fewer(peers, format.number(peers))}
            </Button>
          </>
        ) : (
          <p className={classes['dim']}>{text.nobodyHint}</p>
        )}
      </div>
    )
  }
  const atMs = askedAtMs + likely_ms
  const range = low_ms === undefined || high_ms === undefined ? undefined : [low_ms, high_ms]
  return (
    <div className={classes['lines']} role="status" data-is-stale={isWorking}>
      <Tooltip label={`${work}, ${text.cores(cores, format.number(cores, 1))}`}>
        <p className={classes['answer']}>{text.done(format.time(atMs), peers, format.number(peers))}</p>
      </Tooltip>
      <p className={classes['dim']}>
        {range === undefined
          ? format.duration(likely_ms)
          : text.range(format.duration(range[0] ?? 0), format.duration(range[1] ?? 0))}
      </p>
      {deadlineMs !== undefined && atMs > deadlineMs && (
        <p className={classes['warn']}>{text.late(format.roughly(atMs - deadlineMs))}</p>
      )}
    </div>
  )
}
