import type { JobId } from '#contract'
import type { ApiCalls } from '../src-main/api/transport/client.ts'
import { uploadSource } from '../src-main/api/transport/transfer.ts'
import type { Peer } from './peer.ts'

/** A request for a render as a caller writes it: what has a default may be left out. */
type Render = Extract<Parameters<ApiCalls['jobs']['submit']>[0], { kind: 'render' }>

/** Submits a scene of one .glb file, as `meshctl submit-render` does. */
export async function submitScene(
  peer: Peer,
  glb: Uint8Array<ArrayBuffer>,
  options: Omit<Render, 'kind' | 'files' | 'main'> = {},
): Promise<JobId> {
  const read = (offset: number, length: number) => Promise.resolve(glb.slice(offset, offset + length))
  const cid = await uploadSource(peer.calls, { bytes: glb.byteLength, read })
  const files = [{ name: 'scene.glb', cid }]
  const { job_id } = await peer.calls.jobs.submit({
    kind: 'render',
    files,
    main: 'scene.glb',
    redundancy: 1,
    ...options,
  })
  return job_id
}
