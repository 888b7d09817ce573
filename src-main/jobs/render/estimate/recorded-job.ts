import { z } from 'zod'
import { PeerId } from '../../../protocol/ids.ts'

const Amount = z.number().min(0)

/** What a render was estimated from: the picture, and the peers and work it met (`RenderSituation`). */
export const EstimateInput = z.object({
  width: Amount,
  height: Amount,
  spp: Amount,
  frames: Amount,
  redundancy: Amount,
  /** How much noise is taken out, by which units are halved; none of renders of earlier versions. */
  denoise: Amount.exactOptional(),
  /** Bytes of the scene's files that are here; absent where they are not known. */
  sceneBytes: Amount.exactOptional(),
  /** Time of one sample of one pixel on one core here, in microseconds; a usual scene when absent. */
  sampleUs: Amount.exactOptional(),
  ownScore: Amount,
  aheadMs: Amount,
  peers: z
    .array(
      z.object({
        peer: PeerId,
        cores: Amount,
        score: Amount,
        requesters: Amount,
        bytesPerS: Amount.exactOptional(),
        busyCores: Amount.exactOptional(),
      }),
    )
    .readonly(),
})
export type EstimateInput = z.infer<typeof EstimateInput>

/** What a peer did of a job: units whose output counted, and the time of its runs. */
export const PeerOutcome = z.object({ peer: PeerId, units: Amount, cpuMs: Amount, wallMs: Amount })
export type PeerOutcome = z.infer<typeof PeerOutcome>

/** How a render went. */
export const RenderOutcome = z.object({
  tookMs: Amount,
  units: Amount,
  parts: z.array(PeerOutcome).readonly(),
})
export type RenderOutcome = z.infer<typeof RenderOutcome>
