import { z } from 'zod'
import { Name, PeerId } from '../../src-main/protocol/ids.ts'
import { THANKS_NOTE_LENGTH_MAX } from '../../src-main/protocol/thanks.ts'
import { AtMs, Count, DurationMs, Nothing, procedure } from './procedure.ts'

/** Thanks of one person that a report shows, the newest; others are counted. */
export const THANKS_SHOWN_MAX = 16

/** Thanks for work of this PC. */
export const ReceivedThanks = z.strictObject({
  at_ms: AtMs,
  note: z.string().max(THANKS_NOTE_LENGTH_MAX).exactOptional(),
  /** A small JPEG of what was made, where its owner shows it. */
  picture: z.base64().exactOptional(),
})
export type ReceivedThanks = z.infer<typeof ReceivedThanks>

/** What this PC did for one person since the report was put away last. */
export const PersonReport = z.strictObject({
  peer_id: PeerId,
  name: z.string(),
  /** Jobs by kind, those of the most first; frames of an animation are a job each. `other` for a kind that is not known. */
  work: z.array(z.strictObject({ kind: Name, jobs: Count })),
  cpu_ms: DurationMs,
  /** Of the first and the last unit; absent where there are only thanks. */
  span: z.strictObject({ from_ms: AtMs, until_ms: AtMs }).exactOptional(),
  /** The newest first. */
  thanks: z.array(ReceivedThanks).max(THANKS_SHOWN_MAX),
  thanks_count: Count,
})
export type PersonReport = z.infer<typeof PersonReport>

/** What this PC did for others. */
export const WorkReport = z.strictObject({
  /** Those worked for the most first. */
  people: z.array(PersonReport),
  /** To be put away: what came later is news then. */
  until_ms: AtMs,
})
export type WorkReport = z.infer<typeof WorkReport>

/** What others did for an own job. */
export const JobHelp = z.strictObject({
  /** Done jobs that are told of: one, or the frames of an animation. */
  jobs: Count,
  wall_ms: DurationMs,
  /** How long it would have taken on this PC alone, about; absent where that is not known, or is no longer. */
  alone_ms: DurationMs.exactOptional(),
  /** People whose results counted, and the processor time of their PCs by their account, the most first. */
  helpers: z.array(z.strictObject({ peer_id: PeerId, name: z.string(), cpu_ms: DurationMs })),
  /** Whether its user can give thanks, or has. */
  thanks: z.enum(['none', 'possible', 'given']),
})
export type JobHelp = z.infer<typeof JobHelp>

/** The report of what this PC did for others. */
export const report = {
  get: procedure.output(WorkReport),
  /** Puts away what was told until then. */
  dismiss: procedure.input(z.strictObject({ until_ms: AtMs })).output(Nothing),
}
