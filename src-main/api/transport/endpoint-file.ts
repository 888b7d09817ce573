import { access, constants, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { refuse } from '../../protocol/fault.ts'
import { isSystemError, systemWords } from '../../protocol/system-error.ts'

/** The file inside a peer's data folder. */
const ENDPOINT_FILE = 'api.json'

/** Where a running peer serves its API, and the token for it. */
export const Endpoint = z.object({
  url: z.string().regex(/^ws:\/\/127\.0\.0\.1:\d{1,5}\//, 'not a WebSocket of this machine'),
  token: z.string().min(1),
  /** The process that serves. */
  pid: z.int().min(1),
})
export type Endpoint = z.infer<typeof Endpoint>

/**
 * Tells other programs of this user where the peer is; other users may not read it.
 * @throws FaultError `storage-failed` with what is in the way
 */
export async function writeEndpoint(folder: string, endpoint: Endpoint): Promise<void> {
  const path = join(folder, ENDPOINT_FILE)
  const draft = `${path}.${process.pid}`
  try {
    await writeFile(draft, `${JSON.stringify(endpoint)}\n`, { mode: 0o600 })
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    if (!isSystemError(error)) throw error
    refuse('storage-failed', `${path} cannot be written: ${systemWords(error)}`)
  }
}

/** The endpoint of the folder's last peer, which may be gone since; undefined when there is none to read. */
export async function readEndpoint(folder: string): Promise<Endpoint | undefined> {
  try {
    return Endpoint.parse(JSON.parse(await readFile(join(folder, ENDPOINT_FILE), 'utf8')))
  } catch {
    // No file, or not one of ours: either way it leads to no peer.
    return undefined
  }
}

/** Why this user cannot see whether a peer has written the file; undefined where they can. */
export async function endpointHidden(folder: string): Promise<string | undefined> {
  try {
    await access(join(folder, ENDPOINT_FILE), constants.R_OK)
    return undefined
  } catch (error) {
    return isSystemError(error) && ['ENOENT', 'ENOTDIR'].includes(error.code) ? undefined : systemWords(error)
  }
}

/** Removes the file, unless a later peer has written its own. */
export async function removeEndpoint(folder: string, endpoint: Endpoint): Promise<void> {
  const current = await readEndpoint(folder)
  if (current?.token === endpoint.token) await rm(join(folder, ENDPOINT_FILE), { force: true })
}
