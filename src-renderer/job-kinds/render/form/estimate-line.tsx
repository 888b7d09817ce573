import { Button, Tooltip } from '@mantine/core'
import type { RenderEstimate } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { useNow } from '../../../ui/use-now.ts'
import classes from './estimate-line.module.css'

/** The end is told to the minute. */
const LOOK_EVERY_MS = 5_000
/** An estimate is asked for every 15 s; one that is older than three of these no longer tells of this moment. */
const CURRENT_FOR_MS = 45_000
/** Below this, other programs make no difference that is worth a word. */
const BUSY_PERCENT_MIN = 30

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
  const nowMs = useNow(LOOK_EVERY_MS)
  if (message !== undefined) return <p className={classes['problem']}>{message}</p>
  if (estimate === undefined || askedAtMs === undefined) {
    return <p className={classes['dim']}>{isWorking ? text.working : text.unknown}</p>
  }
  if (nowMs - askedAtMs > CURRENT_FOR_MS) return <p className={classes['dim']}>{text.stale}</p>
  const { likely_ms } = estimate
  if (likely_ms === undefined) return <NoEstimate {...{ estimate, checks, onChecks }} />
  return (
    <KnownEstimate
      estimate={{ ...estimate, likely_ms }}
      nowMs={Math.max(nowMs, askedAtMs)}
      isStale={isWorking}
      deadlineMs={deadlineMs}
    />
  )
}

/** A picture that is sent now would be done after so long: the end moves on with the clock. */
function KnownEstimate({
  estimate,
  nowMs,
  isStale,
  deadlineMs,
}: {
  readonly estimate: RenderEstimate & { readonly likely_ms: number }
  readonly nowMs: number
  readonly isStale: boolean
  readonly deadlineMs: number | undefined
}) {
  const {
    likely_ms,
    low_ms = likely_ms,
    high_ms = likely_ms,
    peers,
    cores,
    core_ms,
    busy_percent = 0,
  } = estimate
  const text = useText().jobKinds.render.estimate
  const format = useFormat()
  const memory = useMemory(estimate)
  const work = text.work(format.duration(core_ms))
  const atMs = nowMs + likely_ms
  const [low, high] = [format.duration(low_ms), format.duration(high_ms)]
  return (
    <div className={classes['lines']} role="status" data-is-stale={isStale}>
      <Tooltip label={`${work}, ${text.cores(cores, format.number(cores, 1))}`}>
        <p className={classes['answer']}>{text.done(format.time(atMs), peers, format.number(peers))}</p>
      </Tooltip>
      <p className={classes['dim']}>{low === high ? format.duration(likely_ms) : text.range(low, high)}</p>
      {busy_percent >= BUSY_PERCENT_MIN && (
        <p className={classes['dim']}>{text.busy(format.percent(busy_percent / 100))}</p>
      )}
      {memory !== undefined && <p className={classes['warn']}>{text.tooSmall(memory.needed, memory.who)}</p>}
      {deadlineMs !== undefined && atMs > deadlineMs && (
        <p className={classes['warn']}>{text.late(format.roughly(atMs - deadlineMs))}</p>
      )}
    </div>
  )
}

/** The memory that a tile needs, and who lends less, in words; undefined where nobody does. */
function useMemory({ unit_ram_gb: needed, smaller = [] }: RenderEstimate) {
  const messages = useText()
  const format = useFormat()
  if (needed === undefined || smaller.length === 0) return undefined
  const lends = smaller.map(({ name, is_self, ram_gb }) =>
    messages.jobKinds.render.estimate.lends(is_self ? messages.jobs.thisPc : name, format.number(ram_gb, 1)),
  )
  return { needed: format.number(needed, 1), who: format.list(lends) }
}

/** Why no PC, or too few, could do it now, and what the user can do about it. */
function NoEstimate({
  estimate,
  checks,
  onChecks,
}: {
  readonly estimate: RenderEstimate
  readonly checks: number
  readonly onChecks: (checks: number) => void
}) {
  const { peers, is_measuring: isMeasuring, fits_nowhere: fitsNowhere } = estimate
  const text = useText().jobKinds.render.estimate
  const format = useFormat()
  const memory = useMemory(estimate)
  if (memory !== undefined && peers === 0) {
    const hint = fitsNowhere === true ? text.tooLargeHint : text.fewMemoryHint
    return (
      <div className={classes['lines']} role="status">
        <p className={classes['answer']}>{fitsNowhere === true ? text.tooLarge : text.fewMemory}</p>
        <p className={classes['dim']}>{hint(memory.needed, memory.who)}</p>
      </div>
    )
  }
  if (isMeasuring === true) {
    return (
      <div className={classes['lines']} role="status">
        <p className={classes['answer']}>{text.measuring}</p>
        <p className={classes['dim']}>{text.measuringHint}</p>
      </div>
    )
  }
  const isTooFew = peers > 0 && peers < checks
  return (
    <div className={classes['lines']} role="status">
      <p className={classes['answer']}>{isTooFew ? text.waits : text.nobody}</p>
      {isTooFew ? (
        <>
          {memory !== undefined && (
            <p className={classes['warn']}>{text.tooSmall(memory.needed, memory.who)}</p>
          )}
          <p className={classes['dim']}>{text.tooFew(peers, format.number(peers), format.number(checks))}</p>
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
