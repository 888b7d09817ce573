import { appendFileSync, mkdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import packageJson from '../package.json' with { type: 'json' }
import { createApi, type Api } from './api/api.ts'
import { createBrowserSessions } from './api/transport/browser-sessions.ts'
import { connectApi } from './api/transport/client.ts'
import { readEndpoint } from './api/transport/endpoint-file.ts'
import type { ApiDependencies } from './api/dependencies.ts'
import { serveApi, type ApiServer } from './api/transport/server.ts'
import { loadUserInterface, type UserInterface } from './api/transport/user-interface.ts'
import { assemblePeer, type AssembledPeer, type PeerOptions } from './assemble.ts'
import { decodeInvite, encodeInvite, inviteLink } from './network/identity/invite-code.ts'
import { shortNameOf } from './network/identity/peer-name.ts'
import { faultOf, refuse } from './protocol/fault.ts'
import { usePlainIssues } from './protocol/plain-issues.ts'
import { printableLine } from './protocol/printable-text.ts'

/** The log of defects is for a bug report; beyond this it says nothing new. */
const LOG_BYTES_MAX = 1 << 20
const LOG_FILE = 'defects.log'
/** The built user interface, beside the program. */
const UI_FOLDER = join(import.meta.dirname, '../out/renderer')
/** Where the last API port is remembered. */
const PORT_KEY = 'api-port'
const Port = z.int().min(1).max(65_535)

/** Files that a peer's process writes are readable by its user alone. */
const PRIVATE_UMASK = 0o077

/** Lets this process write nothing that other users of the machine may read. For the peer's own process, at its start. */
export function keepFilesPrivate(): void {
  process.umask(PRIVATE_UMASK)
}

/** Where defects of our own are written. */
export function defectLogPath(folder: string): string {
  return join(folder, LOG_FILE)
}

/** The options of a host for the peer that it runs. */
export interface HostOptions extends Omit<PeerOptions, 'report'> {
  /** The API's port on this machine; any free one when absent. */
  readonly apiPort?: number
  /** Which host this is; headless when absent. */
  readonly host?: ApiDependencies['host']
  /** The user asked the peer to stop; must return at once. */
  readonly requestStop: () => void
}

/** A peer that runs and answers, whatever is around it. */
export interface HostedPeer {
  readonly peer: AssembledPeer
  readonly api: Api
  readonly server: ApiServer
  /** Absent where it was not built. */
  readonly userInterface: UserInterface | undefined
  /** Ends connections, then calls, then the peer. */
  stop(): Promise<void>
}

/**
 * Starts a peer with its API on a data folder, as the daemon and the desktop both do.
 * @throws FaultError when it cannot start: `storage-failed` if another one runs on the folder
 */
export async function hostPeer(options: HostOptions): Promise<HostedPeer> {
  usePlainIssues()
  const { folder, requestStop, apiPort, host = 'headless', ...peerOptions } = options
  await refuseSecondStart(folder)
  const report = createDefectLog(folder)
  const fatal = (error: unknown): void => {
    report(error)
    options.fatal(error)
  }
  const peer = await assemblePeer({ ...peerOptions, folder, fatal, report })
  const userInterface = await loadUserInterface(UI_FOLDER)
  /** Set once it listens; calls come only then. */
  const served: { by?: ApiServer } = {}
  const openLink = () => served.by?.openLink() ?? refuse('too-busy', 'the peer is only just starting')
  const api = createApi({
    ...apiParts(peer, folder, host),
    ...(userInterface === undefined ? {} : { openLink }),
    requestStop,
    report,
  })
  await peer.start()
  const server = await serve(folder, apiPort, { api, peer, userInterface })
  served.by = server
  return {
    peer,
    api,
    server,
    userInterface,
    async stop() {
      await server.stop()
      await api.stop()
      await peer.stop()
    },
  }
}

function apiParts(peer: AssembledPeer, folder: string, host: ApiDependencies['host']) {
  const spelling = {
    shortNameOf,
    encodeInvite: (invite: Parameters<typeof encodeInvite>[0]) => ({
      code: encodeInvite(invite),
      link: inviteLink(invite),
    }),
    decodeInvite,
  }
  return { ...peer, spelling, uploadsFolder: join(folder, 'uploads'), version: packageJson.version, host }
}

async function refuseSecondStart(folder: string): Promise<void> {
  const endpoint = await readEndpoint(folder)
  if (endpoint === undefined) return
  try {
    const other = await connectApi(endpoint)
    other.close()
  } catch {
    // No answer: the last peer here ended without tidying up.
    return
  }
  refuse('storage-failed', `a peer is running on ${folder} already (process ${endpoint.pid})`)
}

/** Serves at the port of the last run if it is free, so that a browser's open tab finds the peer again. */
async function serve(
  folder: string,
  port: number | undefined,
  parts: { api: Api; peer: AssembledPeer; userInterface: UserInterface | undefined },
): Promise<ApiServer> {
  const { peer, api, userInterface } = parts
  const { settings, random } = peer
  const preferredPort = settings.read(PORT_KEY, Port)
  const server = await serveApi({
    api,
    folder,
    random,
    troubles: () => peer.health.troubles(),
    sessions: createBrowserSessions(peer),
    ...(userInterface === undefined ? {} : { userInterface }),
    ...(port === undefined ? {} : { port }),
    ...(preferredPort === undefined ? {} : { preferredPort }),
  })
  settings.write(PORT_KEY, Number(new URL(server.endpoint.url).port))
  return server
}

/** One line for the user, the whole for a bug report. */
export function createDefectLog(folder: string): (error: unknown) => void {
  const path = defectLogPath(folder)
  return (error) => {
    const { message } = faultOf(error, 'storage-failed')
    const detail = error instanceof Error ? (error.stack ?? message) : message
    process.stderr.write(`meshwork: ${printableLine(message.split('\n', 1)[0] ?? '')} (see ${path})\n`)
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      const known = statSync(path, { throwIfNoEntry: false })
      if ((known?.size ?? 0) < LOG_BYTES_MAX) {
        appendFileSync(path, `${new Date().toISOString()} ${detail}\n`, { mode: 0o600 })
      }
    } catch {
      // The folder itself may be what failed; the line above has been said.
    }
  }
}
