import type { JobSummary, NodeNews, Person } from '#contract'
import type { PeerEvent } from '../../peer/event.ts'
import type { JobState } from '../../peer/state.ts'
import type { JobId, PeerId } from '../../protocol/ids.ts'
import { leadingJob } from '../../jobs/following-job.ts'
import { createNearbyView } from '../views/nearby-view.ts'
import { isSameJob, isSamePart, isSamePerson, type NewsParts } from './news-sameness.ts'
import { nodePulse } from '../views/node-view.ts'
import { createPairingView } from '../views/pairing-view.ts'
import { createPace } from './rate-limiter.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { PreferenceStore } from '../calls/preferences.ts'
import { ownReachView } from '../views/reach-view.ts'
import { unitsHere } from '../views/unit-here.ts'
import { createVersionedMap, type MapChanges } from './versioned-map.ts'

/** A list that is longer arrives in several messages, so that none is too long to travel or to draw. */
const ENTRIES_PER_NEWS_MAX = 1_000
/** What of the process composing each part may take, however much there is of it. */
const SHARE_MAX = 0.01
/** Two looks a second at people, connections and traffic look alive; each costs up to a millisecond. */
const PEOPLE_EVERY_MS = 250
const PULSE_EVERY_MS = 500
/** Every job is looked at so often, for what no event tells: a follower that could not begin. */
const SWEEP_EVERY_MS = 5_000

/** What somebody did or waits for, to be seen at once; the rest of what moves is looked at in its own time. */
const AT_ONCE: ReadonlySet<PeerEvent['kind']> = new Set<PeerEvent['kind']>([
  'trust-set',
  'paired',
  'pair-accepted',
  'forgotten',
  'blocked',
  'connected',
  'disconnected',
  'job-submitted',
  'job-cancelled',
])

/** How far a listener has come. */
export interface NewsPlace {
  isWhole: boolean
  parts: number
  jobs: number
  people: number
}

/** What all listeners are told, composed once for all of them. */
export interface NewsMirror {
  /** What a listener has not seen yet, and moves its place; undefined for nothing. */
  readonly take: (place: NewsPlace) => NodeNews | undefined
  readonly stop: () => void
}

/** What the mirror is made of besides the peer. */
export interface NewsSources {
  readonly preferences: PreferenceStore
  readonly people: () => readonly Person[]
  readonly summaryOf: (job: JobState) => JobSummary
}

/** The place of a listener who has seen nothing. */
export function newPlace(): NewsPlace {
  return { isWhole: true, parts: 0, jobs: 0, people: 0 }
}

/** A mirror of the peer, which listens to its events until it is stopped. */
export function createNewsMirror(parts: ApiDependencies, sources: NewsSources): NewsMirror {
  const { runtime, clock } = parts
  const { state } = runtime
  const pairings = createPairingView(parts)
  const nearby = createNearbyView(parts)
  const wholes = createVersionedMap<keyof NewsParts, NewsParts>(isSamePart)
  const jobs = createVersionedMap<JobId, JobSummary>(isSameJob)
  const people = createVersionedMap<PeerId, Person>(isSamePerson)
  const touchedJobs = new Set<JobId>()
  const [peoplePace, pulsePace] = [
    createPace(PEOPLE_EVERY_MS, SHARE_MAX),
    createPace(PULSE_EVERY_MS, SHARE_MAX),
  ]
  const sweepPace = createPace(SWEEP_EVERY_MS, SHARE_MAX)
  let isUrgent = true
  const stopListening = [
    parts.transport.onReach(() => (isUrgent = true)),
    parts.ownReach.onChange(() => (isUrgent = true)),
  ]
  const stopEvents = runtime.onEvents((events) => {
    for (const event of events) {
      noteJobs(event)
      if (AT_ONCE.has(event.kind)) isUrgent = true
    }
  })

  function noteJobs(event: PeerEvent): void {
    for (const id of jobsOf(event)) {
      if (state.jobs.has(id) || event.kind === 'job-removed') touchedJobs.add(id)
      const leading = leadingJob(state, id)
      if (leading !== undefined) touchedJobs.add(leading.manifest.job_id)
    }
  }

  function refreshJobs(): void {
    // Newest first: of a long list those are what somebody looks at.
    sweepPace(() => {
      for (const id of [...state.jobs.keys()].reverse()) touchedJobs.add(id)
      for (const id of jobs.keys()) if (!state.jobs.has(id)) touchedJobs.add(id)
    })
    for (const id of touchedJobs) {
      const job = state.jobs.get(id)
      if (job === undefined) jobs.delete(id)
      else jobs.set(id, sources.summaryOf(job))
    }
    touchedJobs.clear()
  }

  function refreshPeople(): void {
    for (const person of sources.people()) people.set(person.peer_id, person)
    for (const peer of people.keys()) if (!state.contacts.has(peer)) people.delete(peer)
  }

  function refresh(): void {
    refreshJobs()
    peoplePace(refreshPeople, isUrgent)
    pulsePace(() => {
      wholes.set('pulse', { pulse: nodePulse(parts) })
      wholes.set('reach', { reach: ownReachView(parts.ownReach.now(), state.contacts) })
    }, isUrgent)
    isUrgent = false
    wholes.set('units_here', { units_here: unitsHere(runtime.activeUnits(), state.me, clock.nowMs()) })
    wholes.set('sharing', { sharing: parts.sharing.now() })
    wholes.set('readings', { readings: [...parts.sharing.readings()] })
    wholes.set('meters', { meters: parts.sharing.meters() })
    wholes.set('pair_requests', { pair_requests: pairings.requests() })
    wholes.set('nearby', { nearby: nearby.now() })
    wholes.set('preferences', { preferences: sources.preferences.now() })
  }

  function take(place: NewsPlace): NodeNews | undefined {
    refresh()
    const changedParts = wholes.since(place.parts, Number.POSITIVE_INFINITY)
    const changedJobs = jobs.since(place.jobs, ENTRIES_PER_NEWS_MAX)
    const changedPeople = people.since(place.people, ENTRIES_PER_NEWS_MAX)
    if (changedParts === 'begin-anew' || changedJobs === 'begin-anew' || changedPeople === 'begin-anew') {
      Object.assign(place, newPlace())
      return take(place)
    }
    const { isWhole } = place
    if (!isWhole && [changedParts, changedJobs, changedPeople].every((changes) => changes === undefined)) {
      return undefined
    }
    place.isWhole = false
    place.parts = changedParts?.seen ?? place.parts
    place.jobs = changedJobs?.seen ?? place.jobs
    place.people = changedPeople?.seen ?? place.people
    return {
      is_whole: isWhole,
      ...merged(changedParts?.changed ?? []),
      ...(changedJobs === undefined ? {} : { jobs: listOf(changedJobs) }),
      ...(changedPeople === undefined ? {} : { people: listOf(changedPeople) }),
    }
  }

  return {
    take,
    stop() {
      stopEvents()
      for (const stop of stopListening) stop()
    },
  }
}

function merged(parts: readonly NewsParts[]): NewsParts {
  return parts.reduce((all, part) => ({ ...all, ...part }), {})
}

function listOf<K, V>({ changed, removed }: MapChanges<K, V>): { changed: V[]; removed: K[] } {
  return { changed: [...changed], removed: [...removed] }
}

/** The own jobs that an event may have changed. Job ids of others' requests may be among them. */
function jobsOf(event: PeerEvent): readonly JobId[] {
  switch (event.kind) {
    case 'job-submitted':
      return [event.manifest.job_id]
    case 'awards-issued':
      return event.awards.map(({ job_id }) => job_id)
    case 'attempts-lost':
      return event.lost.map(({ job_id }) => job_id)
    default:
      return 'job_id' in event ? [event.job_id] : []
  }
}
