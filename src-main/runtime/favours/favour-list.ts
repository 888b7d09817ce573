import { z } from 'zod'
import { JobId, Name } from '../../protocol/ids.ts'
import { COUNT_MAX, Count, CPU_MS_MAX, CpuMs, MomentMs, saturated } from '../../protocol/quantities.ts'

/** Jobs of one requester that are remembered, the latest; a list of them fits into one setting. */
export const FAVOURS_OF_ONE_MAX = 150

/** Work of this PC for one job of another peer, and the part of it that was not reported yet. */
export const Favour = z.object({
  job: JobId,
  /** Its algorithm; absent where its manifest was gone. */
  algorithm: Name.exactOptional(),
  /** Units that made an output here. */
  outputs: Count,
  cpuMs: CpuMs,
  /** Processor time and the time of the first and the last unit since the last report that its user put away. */
  news: z.object({ cpuMs: CpuMs, fromMs: MomentMs, untilMs: MomentMs }).exactOptional(),
  /** When its requester gave thanks for it, once, and whether its user has put them away. */
  thanks: z.object({ atMs: MomentMs, isSeen: z.boolean() }).exactOptional(),
})
export type Favour = z.infer<typeof Favour>

/** Units that ran for a job of somebody else. */
export interface WorkDone {
  readonly job: JobId
  readonly algorithm?: string
  readonly outputs: number
  readonly cpuMs: number
  readonly atMs: number
}

/** Counts work in a list, of which the job worked on last stands last. @returns the new list, and what fell out of it */
export function countWork(
  favours: readonly Favour[],
  work: WorkDone,
): { readonly favours: Favour[]; readonly dropped: readonly JobId[] } {
  const before = favours.find(({ job }) => job === work.job)
  const favour = before === undefined ? begun(work) : continued(before, work)
  const all = [...favours.filter(({ job }) => job !== work.job), favour]
  const dropped = all.slice(0, Math.max(0, all.length - FAVOURS_OF_ONE_MAX))
  return { favours: all.slice(dropped.length), dropped: dropped.map(({ job }) => job) }
}

function begun({ job, algorithm, outputs, cpuMs, atMs }: WorkDone): Favour {
  const news = newsSince(undefined, cpuMs, atMs)
  return { job, ...(algorithm === undefined ? {} : { algorithm }), outputs, cpuMs, news }
}

function continued(before: Favour, { algorithm, outputs, cpuMs, atMs }: WorkDone): Favour {
  return {
    ...(algorithm === undefined ? {} : { algorithm }),
    ...before,
    outputs: saturated(before.outputs + outputs, COUNT_MAX),
    cpuMs: saturated(before.cpuMs + cpuMs, CPU_MS_MAX),
    news: newsSince(before.news, cpuMs, atMs),
  }
}

function newsSince(before: Favour['news'], cpuMs: number, atMs: number): NonNullable<Favour['news']> {
  const ranMs = Math.round(atMs)
  // A clock that was set back does not turn the span around.
  return {
    cpuMs: saturated((before?.cpuMs ?? 0) + cpuMs, CPU_MS_MAX),
    fromMs: Math.min(before?.fromMs ?? ranMs, ranMs),
    untilMs: Math.max(before?.untilMs ?? ranMs, ranMs),
  }
}

/**
 * Decides about the thanks of a requester for a job: `new` where units of it made an output here, `known` when it was thanked for
 * before, `unknown` for all others.
 */
export function judgeThanks(favours: readonly Favour[], job: JobId): 'new' | 'known' | 'unknown' {
  const favour = favours.find((one) => one.job === job)
  if (favour === undefined || favour.outputs === 0) return 'unknown'
  return favour.thanks === undefined ? 'new' : 'known'
}

/** The list with the thanks for a job that it has. */
export function withThanks(favours: readonly Favour[], job: JobId, atMs: number): Favour[] {
  const thanks = { atMs: Math.round(atMs), isSeen: false }
  return favours.map((favour) => (favour.job === job ? { ...favour, thanks } : favour))
}

/** The list after its user has put away all news until a moment; what came later is news still. */
export function putAway(favours: readonly Favour[], untilMs: number): Favour[] {
  return favours.map(({ news, thanks, ...favour }) => ({
    ...favour,
    ...(news === undefined || news.untilMs <= untilMs ? {} : { news }),
    ...(thanks === undefined
      ? {}
      : { thanks: { ...thanks, isSeen: thanks.isSeen || thanks.atMs <= untilMs } }),
  }))
}

/** Whether there is anything about a favour to tell. */
export function isNews({ news, thanks }: Favour): boolean {
  return news !== undefined || thanks?.isSeen === false
}
