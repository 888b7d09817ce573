import type { JobSummary, KindName, NodeNews, Person } from '#contract'
import type { Notice } from '../../peer/notice.ts'
import type { JobState } from '../../peer/requester/slice.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { createMirroredJobs } from './mirrored-jobs.ts'
import { createNearbyView } from '../views/nearby-view.ts'
import { isSamePart, isSamePerson, type NewsParts } from './news-sameness.ts'
import { nodePulse } from '../views/node-view.ts'
import { createPairingView } from '../views/pairing-view.ts'
import { createRateLimiter } from './rate-limiter.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { PreferenceStore } from '../calls/preferences.ts'
import { ownReachView } from '../views/reach-view.ts'
import { unitsHere } from '../views/unit-here.ts'
import { createWorkingFor } from '../views/working-for.ts'
import { createVersionedMap, type MapChanges } from './versioned-map.ts'

/** A list that is longer arrives in several messages, so that none is too long to travel or to draw. */
const ENTRIES_PER_NEWS_MAX = 1_000
/** The share of the process that composing each part may take, however much there is of it. */
const SHARE_MAX = 0.01
/** Two looks a second at people, connections and traffic look alive; each costs up to a millisecond. */
const PEOPLE_EVERY_MS = 250
const PULSE_EVERY_MS = 500

/** Whether a notice is of what users caused or wait for, and so is shown at once; everything else comes at its own rate. */
function isShownAtOnce(notice: Notice): boolean {
  if (notice.kind === 'job-ended') return notice.end === 'cancelled'
  return notice.kind === 'people-changed' || notice.kind === 'job-submitted'
}

/** How far a listener has come. */
export interface NewsPlace {
  isWhole: boolean
  wholes: number
  jobs: number
  people: number
}

/** News for all listeners, composed once for all of them. */
export interface NewsMirror {
  /** The news that a listener has not seen yet, and moves its place; undefined when there are none. */
  readonly take: (place: NewsPlace) => NodeNews | undefined
  readonly stop: () => void
}

/** Sources of the mirror besides the peer. */
export interface NewsSources {
  readonly preferences: PreferenceStore
  readonly people: () => readonly Person[]
  readonly summaryOf: (job: JobState) => JobSummary
  /** The kind of the jobs that an algorithm computes. */
  readonly kindOf: (algorithmId: string | undefined) => KindName
}

/** The place of a new listener, which has seen nothing. */
export function newPlace(): NewsPlace {
  return { isWhole: true, wholes: 0, jobs: 0, people: 0 }
}

/** A mirror of the peer, which listens to its notices until it is stopped. */
export function createNewsMirror(dependencies: ApiDependencies, sources: NewsSources): NewsMirror {
  const { runtime, clock } = dependencies
  const { state } = runtime
  const pairings = createPairingView(dependencies)
  const nearby = createNearbyView(dependencies)
  const wholes = createVersionedMap<keyof NewsParts, NewsParts>(isSamePart)
  const jobs = createMirroredJobs(runtime, (job) => sources.summaryOf(job))
  const people = createVersionedMap<PeerId, Person>(isSamePerson)
  const workingFor = createWorkingFor({
    me: state.me,
    nameOf: (peer) => state.pairing.contacts.get(peer)?.name,
    kindOf: (algorithmId) => sources.kindOf(algorithmId),
  })
  const [peopleLimiter, pulseLimiter] = [
    createRateLimiter(PEOPLE_EVERY_MS, SHARE_MAX),
    createRateLimiter(PULSE_EVERY_MS, SHARE_MAX),
  ]
  let isUrgent = true
  const stopListening = [
    dependencies.transport.onReach(() => (isUrgent = true)),
    dependencies.ownReach.onChange(() => (isUrgent = true)),
  ]
  const stopHearing = runtime.onNotices((notices) => {
    for (const notice of notices) {
      if (notice.kind === 'job-changed') jobs.note(notice.job)
      if (isShownAtOnce(notice)) isUrgent = true
    }
  })

  function refreshPeople(): void {
    for (const person of sources.people()) people.set(person.peer_id, person)
    for (const peer of people.keys()) if (!state.pairing.contacts.has(peer)) people.delete(peer)
  }

  function refresh(): void {
    jobs.refresh()
    peopleLimiter(refreshPeople, isUrgent)
    pulseLimiter(() => {
      wholes.set('pulse', { pulse: nodePulse(dependencies) })
      wholes.set('reach', { reach: ownReachView(dependencies.ownReach.now(), state.pairing.contacts) })
    }, isUrgent)
    isUrgent = false
    const nowMs = clock.nowMs()
    const here = unitsHere(runtime.activeUnits(), state.me, nowMs)
    wholes.set('units_here', { units_here: here })
    wholes.set('working_for', { working_for: [...workingFor(here, runtime.recentRuns(), nowMs)] })
    wholes.set('sharing', { sharing: dependencies.sharing.now() })
    wholes.set('readings', { readings: [...dependencies.sharing.readings()] })
    wholes.set('meters', { meters: dependencies.sharing.meters() })
    wholes.set('pair_requests', { pair_requests: pairings.requests() })
    wholes.set('nearby', { nearby: nearby.now() })
    wholes.set('preferences', { preferences: sources.preferences.now() })
  }

  function take(place: NewsPlace): NodeNews | undefined {
    refresh()
    const changes = {
      wholes: wholes.since(place.wholes, Number.POSITIVE_INFINITY),
      jobs: jobs.since(place.jobs),
      people: people.since(place.people, ENTRIES_PER_NEWS_MAX),
    }
    if (Object.values(changes).includes('begin-anew')) {
      Object.assign(place, newPlace())
      return take(place)
    }
    return newsOf(place, changes as MirrorChanges)
  }

  return {
    take,
    stop() {
      stopHearing()
      for (const stop of stopListening) stop()
    },
  }
}

/** Changes since a listener's place: absent where there are none. */
interface MirrorChanges {
  readonly wholes: MapChanges<keyof NewsParts, NewsParts> | undefined
  readonly jobs: MapChanges<JobId, JobSummary> | undefined
  readonly people: MapChanges<PeerId, Person> | undefined
}

/** The message about changes, after which the place is behind them. */
function newsOf(place: NewsPlace, { wholes, jobs, people }: MirrorChanges): NodeNews | undefined {
  const { isWhole } = place
  if (!isWhole && wholes === undefined && jobs === undefined && people === undefined) return undefined
  place.isWhole = false
  place.wholes = wholes?.seen ?? place.wholes
  place.jobs = jobs?.seen ?? place.jobs
  place.people = people?.seen ?? place.people
  return {
    is_whole: isWhole,
    ...merged(wholes?.changed ?? []),
    ...(jobs === undefined ? {} : { jobs: listOf(jobs) }),
    ...(people === undefined ? {} : { people: listOf(people) }),
  }
}

function merged(wholes: readonly NewsParts[]): NewsParts {
  return wholes.reduce((all, one) => ({ ...all, ...one }), {})
}

function listOf<K, V>({ changed, removed }: MapChanges<K, V>): { changed: V[]; removed: K[] } {
  return { changed: [...changed], removed: [...removed] }
}
