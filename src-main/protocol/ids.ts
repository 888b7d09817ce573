import { z } from 'zod'

/** A libp2p peer id of an Ed25519 key in base58btc (`12D3KooW…`); the public key is inside it. */
export const PeerId = z
  .string()
  .regex(/^12D3KooW[1-9A-HJ-NP-Za-km-z]{44}$/, 'not an Ed25519 peer id')
  .brand<'PeerId'>()
export type PeerId = z.infer<typeof PeerId>

/** A job, named by its requester and unique with it. */
export const JobId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'a job id has 1 to 64 letters, digits, - or _')
  .brand<'JobId'>()
export type JobId = z.infer<typeof JobId>

/** One unit of one job: `JOB:INDEX`. */
export const UnitId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}:(0|[1-9][0-9]{0,8})$/, 'not a unit id')
  .brand<'UnitId'>()
export type UnitId = z.infer<typeof UnitId>

/**
 * A CID version 1, sha2-256, dag-cbor or raw, in base32 (`bafy…`, `bafk…`). Two of its characters carry bits of the
 * digest's length and of padding, so not every letter may stand there.
 */
export const Cid = z
  .string()
  .regex(/^baf(y|k)rei[a-h][a-z2-7]{50}[aeimquy4]$/, 'not a CID v1 with sha2-256, dag-cbor or raw')
  .brand<'Cid'>()
export type Cid = z.infer<typeof Cid>

/** A name chosen by a peer or a library for something of its own: slots, requests, assignments, datasets. */
export const Name = z.string().min(1).max(200)
export type Name = z.infer<typeof Name>

/** The id of a job's unit. */
export function unitId(job: JobId, index: number): UnitId {
  return `${job}:${index}` as UnitId
}

/** The job and the index inside a unit id. */
export function unitOrigin(id: UnitId): { job: JobId; index: number } {
  const colon = id.lastIndexOf(':')
  return { job: id.slice(0, colon) as JobId, index: Number(id.slice(colon + 1)) }
}
