import type {
  JobId,
  JobSummary,
  Meters,
  NearbyNow,
  NodeInfo,
  NodePulse,
  OwnReach,
  PairRequest,
  PeerId,
  Person,
  Preferences,
  RuleReading,
  SharingNow,
  UnitHere,
  WorkingFor,
} from '#contract'
import type { ConnectionState } from '../connection/connection.ts'

/** The node's state as this window last heard it. Parts that did not change keep their identity. */
export interface NodeMirror {
  readonly connection: ConnectionState
  /** Whether anything was heard yet; what is here stays while a connection is lost. */
  readonly isLoaded: boolean
  readonly pulse: NodePulse | undefined
  readonly sharing: SharingNow | undefined
  readonly readings: readonly RuleReading[]
  readonly meters: Meters | undefined
  readonly unitsHere: readonly UnitHere[]
  /** For whom this PC works; holds for seconds, however short the units are. */
  readonly workingFor: readonly WorkingFor[]
  readonly jobs: ReadonlyMap<JobId, JobSummary>
  readonly people: ReadonlyMap<PeerId, Person>
  /** How this PC can be reached. */
  readonly reach: OwnReach | undefined
  readonly pairRequests: readonly PairRequest[]
  /** PCs nearby, and tries to pair with them. */
  readonly nearby: NearbyNow
  readonly preferences: Preferences | undefined
  readonly host: 'desktop' | 'headless' | undefined
  /** Asked when the connection opens and after own changes. */
  readonly info: NodeInfo | undefined
}

/** Before anything was heard. */
export const EMPTY_MIRROR: NodeMirror = {
  connection: 'connecting',
  isLoaded: false,
  pulse: undefined,
  sharing: undefined,
  readings: [],
  meters: undefined,
  unitsHere: [],
  workingFor: [],
  jobs: new Map(),
  people: new Map(),
  reach: undefined,
  pairRequests: [],
  nearby: { visible: false, pcs: [], tries: [] },
  preferences: undefined,
  host: undefined,
  info: undefined,
}
