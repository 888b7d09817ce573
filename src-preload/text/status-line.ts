import type { SharingNow, WorkingFor } from '#contract'
import type { Format } from './format.ts'
import type { Messages } from './messages.ts'

/** Facts that the sentence is made of. */
export interface StatusFacts {
  /** Absent before the node's first message. */
  readonly sharing: SharingNow | undefined
  /** For whom this PC works; own work is told by the running jobs. */
  readonly workingFor: readonly WorkingFor[]
  /** Own jobs that are running. */
  readonly runningJobs: number
  /** The connection to the node; `open` inside its process. */
  readonly connection: 'connecting' | 'open' | 'lost' | 'refused'
}

/** The one sentence about now, without a full stop: the header's, and the tray's tooltip. */
export function statusLine(messages: Messages, format: Format, facts: StatusFacts): string {
  const status = messages.frame.status
  if (facts.connection === 'lost' || facts.connection === 'refused') return status.lost
  if (facts.connection === 'connecting' || facts.sharing === undefined) return status.connecting
  return [
    sharingWords(messages, format, facts.sharing),
    ...workWords(messages, format, facts.workingFor),
    ...(facts.runningJobs > 0
      ? [status.jobsRunning(facts.runningJobs, format.number(facts.runningJobs))]
      : []),
  ].join(' · ')
}

/** People who are named; the others are counted. */
const NAMED_MAX = 2

/** For whom this PC works, by name and by what it does; nothing where it does for nobody else. */
function workWords(messages: Messages, format: Format, workingFor: readonly WorkingFor[]): string[] {
  const { status } = messages.frame
  const others = workingFor.filter((one) => !one.is_own)
  const names = [...new Set(others.map(({ name }) => name ?? status.somebody))]
  const [first] = others
  if (first === undefined) return []
  const isOneKind = others.every(({ kind }) => kind === first.kind)
  const more = names.length - NAMED_MAX
  const who =
    more > 0
      ? status.andOthers(names.slice(0, NAMED_MAX).join(', '), more, format.number(more))
      : status.both(names)
  return [kindWords(messages, isOneKind ? first.kind : 'other')(who)]
}

/** Says for whom this PC works, by the kind of work; a node of another version may name one that is not known here. */
export function kindWords({ jobKinds }: Messages, kind: string): (who: string) => string {
  return wordsOfKind(jobKinds, kind).hereFor
}

/** Says with how many of a person's jobs this PC helped, by their kind: "3 pictures". */
export function helpedWithWords(
  { jobKinds }: Messages,
  kind: string,
): (count: number, written: string) => string {
  return wordsOfKind(jobKinds, kind).helpedWith
}

/** Says how long own jobs took, by their kind: "Your 48 frames took 22 min". */
export function tookWords(
  { jobKinds }: Messages,
  kind: string,
): (count: number, written: string, duration: string) => string {
  return wordsOfKind(jobKinds, kind).took
}

function wordsOfKind(jobKinds: Messages['jobKinds'], kind: string) {
  const known = Object.entries(jobKinds).find(([name]) => name === kind)
  return known?.[1] ?? jobKinds.other
}

/** Whether this PC works for others at this moment, and why not, in a few words. */
export function sharingWords(messages: Messages, format: Format, sharing: SharingNow): string {
  const status = messages.frame.status
  switch (sharing.kind) {
    case 'sharing':
      return sharing.until_ms === undefined
        ? status.sharing
        : status.sharingUntil(format.time(sharing.until_ms))
    case 'measuring':
      return status.measuring
    case 'off':
      return status.off
    case 'outside-hours':
      return sharing.next_ms === undefined
        ? status.outsideHours
        : status.outsideHoursUntil(format.time(sharing.next_ms))
    case 'paused-by-user':
      return sharing.until_ms === undefined
        ? status.paused
        : status.pausedUntil(format.time(sharing.until_ms))
    case 'paused-by-rule':
      return status.pausedBecause(sharing.rule, readingWords(format, sharing))
    case 'disk-full':
      return status.diskFull
    case 'finishing':
      return status.finishing
  }
}

/** A rule's reading, in its unit, where it helps a person. */
function readingWords(
  format: Format,
  { rule, value }: Extract<SharingNow, { kind: 'paused-by-rule' }>,
): string | undefined {
  if (value === undefined) return undefined
  switch (rule) {
    case 'other-load':
    case 'on-battery':
    case 'low-battery':
      return `${format.number(value)} %`
    case 'temperature':
      return `${format.number(value)} °C`
    case 'in-use':
    case 'full-screen':
    case 'metered':
      return undefined
  }
}
