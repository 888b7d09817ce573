/**
 * The contract between a running peer and its clients (window, browser, meshctl): every call and every answer. This
 * file is the package's entry, imported elsewhere as `#contract`.
 */
import { blobs, uploads } from './blobs.ts'
import { hardware } from './hardware.ts'
import { kindCalls } from './job-kinds/table.ts'
import { jobs } from './jobs.ts'
import { nearby } from './nearby.ts'
import { news } from './news.ts'
import { node } from './node.ts'
import { people } from './people.ts'
import { preferences } from './preferences.ts'
import { report } from './report.ts'
import { sharing } from './sharing.ts'
import { statistics } from './statistics.ts'

/** Every procedure, by noun. */
export const contract = {
  node,
  hardware,
  sharing,
  people,
  nearby,
  uploads,
  blobs,
  jobs,
  statistics,
  preferences,
  report,
  news,
  ...kindCalls,
}

export { UploadId, type UploadState } from './blobs.ts'
export type { GpuInfo, HardwareInfo } from './hardware.ts'
export { homeNetworkOf, hostAndPort } from './home-network.ts'
export {
  groupName,
  groupProgress,
  groupState,
  groupWallMs,
  jobGroups,
  newestRunning,
  type JobGroup,
} from './job-series.ts'
export type {
  Away,
  FollowingJob,
  JobPace,
  JobPhase,
  JobStatus,
  JobSummary,
  MadeBy,
  PeerShare,
  Shortage,
  Waiting,
} from './job-status.ts'
export { MAKERS_MAX } from './job-status.ts'
export { longestLeft, timeLeftOf, type TimeLeft } from './time-left.ts'
export type {
  FactsOf,
  JobFacts,
  JobRequest,
  KindName,
  RequestOf,
  SubmittedJob,
  SubmittedOf,
} from './job-kinds/table.ts'
export { submittedAs } from './job-kinds/table.ts'
export type { ModuleInput, SubmittedModule } from './job-kinds/module.ts'
export { ModuleRequest } from './job-kinds/module.ts'
export type {
  PictureNews,
  RenderEstimate,
  RenderFacts,
  RenderRecipe,
  SceneFile,
  SceneFiles,
  ScenePreview,
  SmallerPeer,
  SceneWarning,
  SubmittedRender,
  TileAtWork,
  TilePreview,
} from './job-kinds/render.ts'
export { MADE_LIGHTS } from '../../src-main/protocol/job-kinds/made-lights.ts'
export { RenderLight } from '../../src-main/protocol/job-kinds/render-light.ts'
export type { RenderView } from '../../src-main/protocol/job-kinds/render-view.ts'
export { sunPosition } from '../../src-main/protocol/job-kinds/sun-position.ts'
export { Cleaning, LitBy, PictureFormat, RenderRequest, SceneReport } from './job-kinds/render.ts'
export type { EvidencePage, ResultFormat, SignedClaims, UnitNews, UnitView } from './jobs.ts'
export { ResultFile, UNIT_FAULTS_MAX, UnitConsensus } from './jobs.ts'
export {
  API_MESSAGE_BYTES_MAX,
  CHUNK_BYTES_MAX,
  DESCRIPTION_LENGTH_MAX,
  FRAMES_MAX,
  FRAME_MAX,
  INVITE_CODE_LENGTH_MAX,
  INVITE_MINUTES_MAX,
  JOBS_PAGE_MAX,
  JOBS_SHOWN,
  JOIN_ADDRESS_LENGTH_MAX,
  JOIN_THROUGH_MAX,
  MODULE_FILES_MAX,
  NAME_LENGTH_MAX,
  PICTURE_SIDE_MAX,
  PREVIEW_SIDE_MAX,
  SCENE_FILES_MAX,
  SMALLER_PEERS_MAX,
  TILES_AT_WORK_MAX,
  UNIT_NEWS_MAX,
  WATCH_EVERY_MS,
} from './limits.ts'
export type { DeadlineMs, DeadlineRisk, UnitNeeds } from './placement.ts'
export type { NearbyNow, NearbyPc, NearbyTry } from './nearby.ts'
export type { NodeNews, UnitHere, WorkingFor } from './news.ts'
export type { ConnectionInfo, LentChange, NodeInfo, NodePulse, RoundInfo, Sharing, Traffic } from './node.ts'
export {
  RELIABILITY_DAYS,
  type BlockedPeer,
  type InviteCode,
  type PairRequest,
  type Person,
} from './people.ts'
export type {
  AddressScope,
  Confirmation,
  LookFailure,
  NetworkChange,
  OwnReach,
  PortMapping,
  Reach,
} from './reach.ts'
export { PREFERENCES, Preferences, type PreferencesChange } from './preferences.ts'
export {
  THANKS_SHOWN_MAX,
  type JobHelp,
  type PersonReport,
  type ReceivedThanks,
  type WorkReport,
} from './report.ts'
export type { Meters, RuleReading, SharingInfo, SharingNow } from './sharing.ts'
export type { DayStatistics } from './statistics.ts'

// Schemas of the protocol that the contract uses, for clients that may not import the protocol.
export type { Comparator } from '../../src-main/protocol/comparator.ts'
export type { Fault } from '../../src-main/protocol/fault.ts'
export type { Cid, JobId, PeerId } from '../../src-main/protocol/ids.ts'
export type { PauseRules, RuleName, SharingLimits } from '../../src-main/protocol/pause-rule.ts'
export { REFERENCE_PATHS_PER_SECOND } from '../../src-main/protocol/reference-machine.ts'
export type { ComputeResource } from '../../src-main/protocol/resource.ts'
export {
  EXCEPTIONS_MAX,
  GRID_MINUTES,
  WeekPlan,
  type DateException,
  type WeekBlock,
} from '../../src-main/protocol/sharing-plan.ts'
export { SAMPLE_NAMES, SAMPLE_RENDER, SAMPLES, type SampleName } from './samples.ts'
