import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { Fuel } from '../../src-main/protocol/fuel.ts'
import { Cid, JobId, Name, PeerId } from '../../src-main/protocol/ids.ts'
import { RECEIPTS_MAX } from '../../src-main/protocol/limits.ts'
import { Attempt } from '../../src-main/protocol/receipt.ts'
import { Fault } from '../../src-main/protocol/fault.ts'
import { VerificationConsensus } from '../../src-main/protocol/result.ts'
import { Fraction } from '../../src-main/protocol/slot.ts'
import { ThanksNote } from '../../src-main/protocol/thanks.ts'
import { Redundancy, UnitIndex } from '../../src-main/protocol/work.ts'
import { WhichJob } from './job-kinds/job-kind.ts'
import { JobRequest, SubmittedJob } from './job-kinds/table.ts'
import { JobStatus, JobSummary } from './job-status.ts'
import { JOBS_PAGE_MAX, JOBS_SHOWN, UNIT_NEWS_MAX } from './limits.ts'
import { JobHelp } from './report.ts'
import { AtMs, Count, DurationMs, Nothing, procedure } from './procedure.ts'

/** Runs of one unit that failed, of which an answer tells at most so many. */
export const UNIT_FAULTS_MAX = 64

/** The consensus of a unit's results (document 000), and the runs without one. */
export const UnitConsensus = VerificationConsensus.extend({
  /** Peers that could not compute it and their faults, in the order of their awards; the newest where they are many. */
  faults: z.array(z.strictObject({ peer_id: PeerId, fault: Fault })).max(UNIT_FAULTS_MAX),
  /** Where outputs need not be equal to agree: the peers whose output agrees with the verified one. */
  alike: z.array(PeerId).exactOptional(),
})
export type UnitConsensus = z.infer<typeof UnitConsensus>

/** A unit of a job as its requester sees it. */
export const UnitView = z.strictObject({
  index: UnitIndex,
  /** `returned`: a peer has returned an output, but fewer than are needed to check it. */
  state: z.enum(['open', 'running', 'returned', 'verified']),
  /** Peers that work on it or, once verified, whose output counts: positions in the message's list of peers. */
  by: z.array(Count),
  /** Number of its awards. */
  attempts: Count,
  /** The fault of the latest failed attempt. */
  fault: Fault.exactOptional(),
  /** How long the runs took whose output counts, on average and by their PCs' own account. */
  took_ms: DurationMs.exactOptional(),
})
export type UnitView = z.infer<typeof UnitView>

/** Units that changed. */
export const UnitNews = z.strictObject({
  /** All units of the job; units without news are open and were never awarded. */
  total: Count,
  /** All peers that `by` refers to so far; the list only grows. */
  peers: z.array(PeerId),
  units: z.array(UnitView).max(UNIT_NEWS_MAX),
})
export type UnitNews = z.infer<typeof UnitNews>

/** One unit in a signed batch, by its provider's word. */
const UnitClaim = z.strictObject({
  unit_index: UnitIndex,
  attempt: Attempt,
  /** The output's content id, and the fuel where it is metered. */
  output: Cid.exactOptional(),
  fuel: Fuel.exactOptional(),
  /** The kind of the fault, where there is no output; the envelope has its words. */
  fault: Name.exactOptional(),
})

const signed = {
  /** The number of its record; later ones have larger numbers. */
  sequence: Count,
  at_ms: AtMs,
  signer: PeerId,
  /** Whether the signature is that of the signer over exactly this envelope, as the peer finds now. */
  holds: z.boolean(),
  /**
   * The envelope as it came, dag-cbor in base64, for any other program to check. Absent for one of more than 2 MiB, which has no
   * place in an answer; long words of faults make such.
   */
  envelope: z.base64().exactOptional(),
  manifest_cid: Cid,
}

/** A signed statement about a job, and what it says. */
export const SignedClaims = z.discriminatedUnion('kind', [
  /** A provider's receipts, with the code that it says it ran. */
  z.strictObject({
    kind: z.literal('receipts'),
    ...signed,
    engine: Name,
    numeric_class: Name,
    claims: z.array(UnitClaim).max(RECEIPTS_MAX),
  }),
  /** A requester's verdict about one provider's outputs: how many were verified, how many rejected. */
  z.strictObject({ kind: z.literal('verdict'), ...signed, provider_id: PeerId, won: Count, lost: Count }),
])
export type SignedClaims = z.infer<typeof SignedClaims>

/** Some of the statements about a job. */
export const EvidencePage = z.strictObject({
  statements: z.array(SignedClaims),
  /** What to ask for next; absent after the last page. */
  next: Count.exactOptional(),
})
export type EvidencePage = z.infer<typeof EvidencePage>

/** A finished result in the blob store. */
export const ResultFile = z.strictObject({
  cid: Cid,
  bytes: Count,
  /** Of the file's bytes, in hexadecimal. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
})
export type ResultFile = z.infer<typeof ResultFile>

/** The format of a result, for kinds that have several: the ending of the file's usual name. */
export const ResultFormat = z.string().regex(/^[a-z0-9]{1,8}$/)
export type ResultFormat = z.infer<typeof ResultFormat>

/** A stretch of the list of jobs: the latest submitted, or those submitted before one of them. */
const JobPage = z.strictObject({
  limit: z.int().min(1).max(JOBS_PAGE_MAX).default(JOBS_SHOWN),
  before: z.strictObject({ job_id: JobId, submitted_at_ms: z.number().min(0) }).exactOptional(),
})

/**
 * Names a job, or with `whole` the animation that its first frame's job names: all of its frames that the call can be for. A job
 * that names no animation is the whole of itself.
 */
const WhichWhole = WhichJob.extend({ whole: z.boolean().default(false) })

/** Work for the mesh. Every call on a job that is not there has the fault `unknown-job`. */
export const jobs = {
  /**
   * Takes a job of any kind. Faults: `bad-input` for what its kind refuses (files that are no scene, an input with too many
   * pieces, …), `module-refused` for a module that the sandbox does not take, `blob-missing`, `quota-exceeded`.
   */
  submit: procedure.input(JobRequest).output(SubmittedJob),
  /** Newest first. */
  list: procedure.input(JobPage.prefault({})).output(z.array(JobSummary)),
  /** The frames of the animation that a job names, in their order; the job alone where it names none. */
  frames: procedure.input(WhichJob).output(z.array(JobSummary)),
  /** What others did for a job, or for the frames of an animation that are done. */
  help: procedure.input(WhichWhole).output(JobHelp),
  /**
   * Thanks everybody who helped, once; those who are away are thanked when they are back, within 30 days. With the preference
   * `show_pictures_to_helpers` each gets a small picture of what they worked on, unless the job is encrypted. Fault: `bad-input`
   * for a job that is not done, that nobody helped with, or that was thanked for before.
   */
  thank: procedure.input(WhichWhole.extend({ note: ThanksNote.exactOptional() })).output(JobHelp),
  status: procedure.input(WhichJob).output(JobStatus),
  /** The status now and after changes, at most one each `WATCH_EVERY_MS`; ends with the job and what follows it. */
  watch: procedure.input(WhichJob).output(eventIterator(JobStatus)),
  /** The job's units, then those that change, at most one message each `WATCH_EVERY_MS`; ends with the job. */
  watchUnits: procedure.input(WhichJob).output(eventIterator(UnitNews)),
  /**
   * The result of a job that is done, made on the first call: an assembled picture in the requested format, the units'
   * outputs one after the other, or the output of the module that combines them. Faults: `bad-input` before the end and
   * for a format that its kind does not have, `unsupported` for a kind that only a newer version can put together.
   */
  result: procedure.input(WhichJob.extend({ format: ResultFormat.exactOptional() })).output(ResultFile),
  /** One verified unit's output, of any job. Fault: `bad-input` while it is not there. */
  output: procedure
    .input(WhichJob.extend({ unit_index: UnitIndex }))
    .output(z.strictObject({ cid: Cid, bytes: Count })),
  /**
   * Each peer's result for one unit, their consensus, and the faults of failed runs. Fault: `bad-input` for a unit that
   * was never awarded.
   */
  consensus: procedure.input(WhichJob.extend({ unit_index: UnitIndex })).output(UnitConsensus),
  /**
   * What was signed about jobs of this name, the oldest first: receipts that came for an own job, and verdicts about work for
   * others. It stays when the job is removed, until its place is needed; empty where nothing is known. `after` is the `next` of
   * the page before.
   */
  evidence: procedure.input(WhichJob.extend({ after: Count.exactOptional() })).output(EvidencePage),
  /**
   * Pauses a job: none of its units are awarded any longer, and running ones are taken back. Fault: `bad-input` if it
   * does not run.
   */
  pause: procedure.input(WhichWhole).output(Nothing),
  /** Goes on with a paused job. Fault: `bad-input` if it is not paused. */
  resume: procedure.input(WhichWhole).output(Nothing),
  /** Sets the order among this user's jobs, for units that are not awarded yet. Fault: `bad-input` after its end. */
  setPriority: procedure.input(WhichWhole.extend({ priority: Fraction })).output(Nothing),
  /**
   * Lets fewer peers compute each open unit of a job than before, since too few are there; units that are verified stay so. With
   * one peer no other checks the results. Faults: `bad-input` if it is not fewer, if it is fewer than the policy under which the
   * job was submitted asks for, and after the job's end.
   */
  lowerRedundancy: procedure.input(WhichWhole.extend({ redundancy: Redundancy })).output(Nothing),
  /**
   * Ends a running or paused job, or the one that combines its outputs; its providers are told. With `keep`, what is there
   * becomes its result, where its kind can be put together of a part and a unit of it is here; a picture shows what it lacks.
   * Of an animation each frame of which something is here is kept, and the others are cancelled.
   */
  cancel: procedure.input(WhichWhole.extend({ keep: z.boolean().default(false) })).output(Nothing),
  /** Forgets an ended job, its outputs and the job that combined them. Fault: `bad-input` while one of both runs. */
  remove: procedure.input(WhichWhole).output(Nothing),
}
