import type { JobSummary, NearbyTry, PairRequest } from '#contract'
import type { Format, Messages } from '#text'
import type { DesktopState } from './desktop-state.ts'

/** Something that the user is told although they look elsewhere. */
export interface Notice {
  readonly title: string
  readonly body: string
  /** The screen that says more. */
  readonly screen: string
}

/**
 * The notices for a change of state: own jobs that have ended, and people who want to pair, by a code or nearby. Frames
 * that were submitted together have one notice, when the last has ended. A job that is first heard of when it has ended
 * has none, so that a start does not tell of yesterday's jobs.
 */
export function noticesBetween(
  before: DesktopState,
  after: DesktopState,
  messages: Messages,
  format: Format,
): readonly Notice[] {
  if (after.preferences?.notifications === false) return []
  return [
    ...endedJobs(before, after, messages, format),
    ...newRequests(before, after, messages),
    ...newNearby(before, after, messages),
  ]
}

/** The notice of a version that the user has to fetch themselves. */
export function newVersion({ tray: { notice } }: Messages, version: string): Notice {
  return { title: notice.update, body: notice.updateText(version), screen: '/' }
}

function* endedJobs(
  before: DesktopState,
  after: DesktopState,
  messages: Messages,
  format: Format,
): Generator<Notice> {
  if (before.jobs === after.jobs) return
  const series = new Map<string, JobSummary>()
  for (const job of after.jobs.values()) {
    const earlier = before.jobs.get(job.job_id)
    if (earlier === undefined || isOver(earlier) || !isOver(job) || job.state.kind === 'cancelled') continue
    if (job.series === undefined) yield jobNotice(job, job.description, messages)
    else if (!series.has(job.series.id)) series.set(job.series.id, job)
  }
  for (const [id, job] of series) {
    const frames = [...after.jobs.values()].filter((other) => other.series?.id === id)
    if (!frames.every(isOver)) continue
    const failed = frames.find(({ state }) => state.kind === 'failed')
    const words = messages.tray.notice.series(frames.length, format.number(frames.length))
    yield jobNotice(failed ?? job, `${job.description} · ${words}`, messages)
  }
}

function jobNotice(
  { state, job_id, facts }: JobSummary,
  what: string,
  { tray: { notice }, jobKinds }: Messages,
): Notice {
  const screen = `/jobs/${job_id}`
  if (state.kind === 'failed') {
    return { title: notice.failed, body: `${what}: ${state.fault.message}`, screen }
  }
  const kinds: Readonly<Record<string, object & { readonly ready?: unknown }>> = { ...jobKinds }
  const ready = Object.hasOwn(kinds, facts.kind) ? kinds[facts.kind]?.ready : undefined
  return { title: typeof ready === 'string' ? ready : notice.jobDone, body: what, screen }
}

function isOver({ state }: JobSummary): boolean {
  return state.kind !== 'running' && state.kind !== 'paused'
}

function* newRequests(
  before: DesktopState,
  after: DesktopState,
  { tray: { notice } }: Messages,
): Generator<Notice> {
  if (before.pairRequests === after.pairRequests) return
  const incoming = (request: PairRequest) => request.direction === 'incoming'
  const known = new Set(before.pairRequests.filter(incoming).map(({ peer_id }) => peer_id))
  for (const request of after.pairRequests) {
    if (!incoming(request) || known.has(request.peer_id)) continue
    const name = request.name ?? request.short_name
    yield { title: notice.pairTitle, body: notice.pairText(name), screen: '/people' }
  }
}

function* newNearby(
  before: DesktopState,
  after: DesktopState,
  { tray: { notice } }: Messages,
): Generator<Notice> {
  if (before.nearbyTries === after.nearbyTries) return
  const known = new Set(before.nearbyTries.map(awaitedNumber))
  for (const attempt of after.nearbyTries) {
    const number = awaitedNumber(attempt)
    if (number === undefined || known.has(number)) continue
    yield { title: notice.nearbyTitle, body: notice.nearbyText(attempt.name), screen: '/people' }
  }
}

/** The person who waits for this user to compare a number, and the number; undefined where there is none. */
function awaitedNumber({ peer_id, direction, state }: NearbyTry): string | undefined {
  const isAwaited = direction === 'incoming' && state.kind === 'comparing' && !state.confirmed
  return isAwaited ? `${peer_id} ${state.number}` : undefined
}
