import { appendFileSync, mkdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import packageJson from '../package.json' with { type: 'json' }
import { connectApi } from './api/client.ts'
import { createApi, type Api } from './api/api.ts'
import { createBrowserSessions } from './api/browser-sessions.ts'
import { readEndpoint } from './api/endpoint-file.ts'
import { serveApi, type ApiServer } from './api/server.ts'
import { loadUserInterface, type UserInterface } from './api/user-interface.ts'
import { assemblePeer, type AssembledPeer, type PeerOptions } from './assemble.ts'
import { decodeInvite, encodeInvite, inviteLink } from './network/invite-code.ts'
import { shortNameOf } from './network/peer-name.ts'
import { faultOf, refuse } from './protocol/fault.ts'

/** A peer that cannot stop within this time is ended as it is; its journal survives that by design. */
const STOP_WITHIN_MS = 10_000
/** Where others may reach this peer unless the user says otherwise: anywhere, at any free port. */
const LISTEN_DEFAULT = ['/ip4/0.0.0.0/tcp/0']
/** The log of defects is for a bug report; beyond this it says nothing new. */
const LOG_BYTES_MAX = 1 << 20
const LOG_FILE = 'defects.log'
/** Exit code of a peer that failed or could not start. */
const EXIT_FAULT = 1
/** Exit code of a command line that is not understood. */
const EXIT_USAGE = 2

/** The built user interface, beside the program. */
const UI_FOLDER = join(import.meta.dirname, '../out/renderer')
const UI_NOT_BUILT = 'the user interface is not built; build it with: npm run build:ui'
/** Where the last API port is remembered. */
const PORT_KEY = 'api-port'
const Port = z.int().min(1).max(65_535)

type OpenLink = ReturnType<ApiServer['openLink']>

/** What a daemon is told when it starts. */
export const HeadlessOptions = z.strictObject({
  /** The data folder, absolute. */
  data: z.string().min(1),
  /** Multiaddresses to listen at. */
  listen: z.array(z.string()).min(1).default(LISTEN_DEFAULT),
  /** What others see this peer as; the machine's name when absent. */
  name: z.string().trim().min(1).max(100).exactOptional(),
  /** What to share from now on; what was shared before when both are absent. */
  cores: z.coerce.number().positive().max(4_096).exactOptional(),
  ramGb: z.coerce.number().positive().max(65_536).exactOptional(),
  /** False shares nothing from now on. */
  share: z.boolean().default(true),
  /** Whether to find peers in the local network. */
  mdns: z.boolean().default(true),
  /** Multiaddresses of peers to join the network through. */
  bootstrap: z.array(z.string()).default([]),
  /** The API's port; any free one when absent. */
  apiPort: z.coerce.number().int().min(1).max(65_535).exactOptional(),
  /** Disk that blobs may take. */
  quotaGb: z.coerce.number().positive().max(1e6).exactOptional(),
  /** Print a link that opens the user interface. */
  ui: z.boolean().default(false),
  /** Print the ready line as JSON. */
  json: z.boolean().default(false),
})
export type HeadlessOptions = z.infer<typeof HeadlessOptions>

/** What an embedder may change about the peer. */
export type HeadlessExtras = Pick<PeerOptions, 'wrapRunner'> & {
  /** Told when the peer answers. */
  readonly ready?: (line: ReadyLine) => void
}

/** What the daemon prints with `--json` when it answers. The token is for whoever started it. */
export interface ReadyLine {
  readonly ready: true
  readonly peer_id: string
  readonly name: string
  readonly addresses: readonly string[]
  readonly url: string
  readonly token: string
  /** Opens the user interface in one browser; with `--ui`. */
  readonly ui_url?: string
  readonly pid: number
  readonly folder: string
}

/**
 * Runs a peer without a window until it is told to stop (a signal, or `node.stop`).
 * @returns the exit code: 0 after a stop that was asked for, 1 after a failure
 * @throws FaultError when the peer cannot start
 */
export async function runHeadless(options: HeadlessOptions, extras: HeadlessExtras = {}): Promise<number> {
  const { data: folder } = options
  await refuseSecondStart(folder)
  const log = createDefectLog(folder)
  const ended = Promise.withResolvers<number>()
  const fatal = (error: unknown): void => {
    log(error)
    ended.resolve(EXIT_FAULT)
  }
  process.on('uncaughtException', fatal)
  process.on('unhandledRejection', fatal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.resolve(0))
  const peer = await assemblePeer(peerOptions(options, extras, { fatal, report: log }))
  const requestStop = (): void => ended.resolve(0)
  const userInterface = await loadUserInterface(UI_FOLDER)
  /** Set once it listens; calls come only then. */
  const served: { by?: ApiServer } = {}
  const openLink = (): OpenLink =>
    served.by?.openLink() ?? refuse('too-busy', 'the peer is only just starting')
  const api = createApi({
    ...apiParts(peer, folder),
    ...(userInterface === undefined ? {} : { openLink }),
    requestStop,
    report: log,
  })
  await peer.start()
  const server = await serve(options, { api, peer, userInterface })
  served.by = server
  const link = options.ui && userInterface !== undefined ? openLink() : undefined
  const ready = readyLine(options, peer, server, link)
  announce(options, peer, ready)
  extras.ready?.(ready)
  if (options.ui && userInterface === undefined) process.stderr.write(`meshwork: ${UI_NOT_BUILT}\n`)
  const code = await ended.promise
  // From here on a second signal ends the process as signals do.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal)
  const stopped = (async () => {
    await server.stop()
    await api.stop()
    await peer.stop()
    return code
  })()
  const tooLate = new Promise<number>((late) => setTimeout(() => late(EXIT_FAULT), STOP_WITHIN_MS).unref())
  return Promise.race([stopped, tooLate])
}

function peerOptions(
  { data, name, listen, mdns, bootstrap, quotaGb, cores, ramGb, share }: HeadlessOptions,
  { wrapRunner }: HeadlessExtras,
  { fatal, report }: Pick<PeerOptions, 'fatal' | 'report'>,
): PeerOptions {
  const passphrase = process.env['MESHWORK_PASSPHRASE']
  const amounts = { ...(cores === undefined ? {} : { cores }), ...(ramGb === undefined ? {} : { ramGb }) }
  const wanted = share ? (Object.keys(amounts).length === 0 ? undefined : amounts) : 'nothing'
  return {
    folder: data,
    listen,
    mdns,
    bootstrap,
    fatal,
    report,
    warn: (line) => process.stderr.write(`meshwork: ${line}\n`),
    ...(name === undefined ? {} : { name }),
    ...(wanted === undefined ? {} : { share: wanted }),
    ...(quotaGb === undefined ? {} : { quotaBytes: Math.floor(quotaGb * 2 ** 30) }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(wrapRunner === undefined ? {} : { wrapRunner }),
  }
}

function apiParts(peer: AssembledPeer, folder: string) {
  const spelling = {
    shortNameOf,
    encodeInvite: (invite: Parameters<typeof encodeInvite>[0]) => ({
      code: encodeInvite(invite),
      link: inviteLink(invite),
    }),
    decodeInvite,
  }
  return { ...peer, spelling, uploadsFolder: join(folder, 'uploads'), version: packageJson.version }
}

async function refuseSecondStart(folder: string): Promise<void> {
  const endpoint = await readEndpoint(folder)
  if (endpoint === undefined) return
  try {
    const other = await connectApi(endpoint)
    other.close()
  } catch {
    // Nobody answers: the last peer here ended without tidying up.
    return
  }
  refuse('storage-failed', `a peer is running on ${folder} already (process ${endpoint.pid})`)
}

/** Serves at the port of the last run if nobody has taken it, so that a browser's open tab finds the peer again. */
async function serve(
  { data: folder, apiPort }: HeadlessOptions,
  parts: { api: Api; peer: AssembledPeer; userInterface: UserInterface | undefined },
): Promise<ApiServer> {
  const { peer, api, userInterface } = parts
  const { settings, random } = peer
  const preferredPort = settings.read(PORT_KEY, Port)
  const server = await serveApi({
    api,
    folder,
    random,
    sessions: createBrowserSessions(peer),
    ...(userInterface === undefined ? {} : { userInterface }),
    ...(apiPort === undefined ? {} : { port: apiPort }),
    ...(preferredPort === undefined ? {} : { preferredPort }),
  })
  settings.write(PORT_KEY, Number(new URL(server.endpoint.url).port))
  return server
}

function readyLine(
  { data: folder }: HeadlessOptions,
  { runtime: { state }, transport }: AssembledPeer,
  { endpoint: { url, token } }: ApiServer,
  link: OpenLink | undefined,
): ReadyLine {
  return {
    ready: true,
    peer_id: state.me,
    name: state.name,
    addresses: transport.addresses(),
    url,
    token,
    ...(link === undefined ? {} : { ui_url: link.url }),
    pid: process.pid,
    folder,
  }
}

function announce({ json }: HeadlessOptions, { runtime: { state } }: AssembledPeer, ready: ReadyLine): void {
  const { name, addresses, ui_url: link } = ready
  const text = `${name} (${shortNameOf(state.me)}) is running; reachable at ${addresses.join(' ') || 'nowhere'}`
  const open = link === undefined ? '' : `\nopen it in a browser: ${link}`
  process.stdout.write(`${json ? JSON.stringify(ready) : text + open}\n`)
}

/** One line for the user, the whole for a bug report. */
function createDefectLog(folder: string): (error: unknown) => void {
  const path = join(folder, LOG_FILE)
  return (error) => {
    const { message } = faultOf(error, 'storage-failed')
    const detail = error instanceof Error ? (error.stack ?? message) : message
    process.stderr.write(`meshwork: ${message.split('\n', 1)[0] ?? ''} (see ${path})\n`)
    try {
      mkdirSync(folder, { recursive: true })
      const known = statSync(path, { throwIfNoEntry: false })
      if ((known?.size ?? 0) < LOG_BYTES_MAX) appendFileSync(path, `${new Date().toISOString()} ${detail}\n`)
    } catch {
      // The folder itself may be what failed; the line above has been said.
    }
  }
}

/** The command line of `node src-main/headless.ts`. @throws FaultError `bad-input` with one clear line */
export function parseHeadlessArguments(argv: readonly string[]): HeadlessOptions {
  const { values } = parseFlags(argv)
  const { data, 'ram-gb': ramGb, 'no-share': noShare, 'no-mdns': noMdns, 'api-port': apiPort } = values
  if (data === undefined) refuse('bad-input', '--data DIR is needed')
  const { 'quota-gb': quotaGb, listen, name, cores, bootstrap, ui, json } = values
  const flags = { listen, name, cores, ramGb, bootstrap, apiPort, quotaGb, ui, json }
  return checkHeadlessOptions({ ...flags, data, share: noShare !== true, mdns: noMdns !== true })
}

/** Options as somebody gave them, absent ones undefined. @throws FaultError `bad-input` naming the first wrong one */
export function checkHeadlessOptions(given: Readonly<Record<string, unknown>>): HeadlessOptions {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const parsed = HeadlessOptions.safeParse(present)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    refuse('bad-input', `${issue?.path.join('.') ?? 'options'}: ${issue?.message ?? 'not understood'}`)
  }
  return { ...parsed.data, data: resolve(parsed.data.data) }
}

function parseFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string' },
        listen: { type: 'string', multiple: true },
        name: { type: 'string' },
        cores: { type: 'string' },
        'ram-gb': { type: 'string' },
        'no-share': { type: 'boolean' },
        'no-mdns': { type: 'boolean' },
        bootstrap: { type: 'string', multiple: true },
        'api-port': { type: 'string' },
        'quota-gb': { type: 'string' },
        ui: { type: 'boolean' },
        json: { type: 'boolean' },
      },
    })
  } catch (error) {
    return refuse('bad-input', faultOf(error, 'bad-input').message, error)
  }
}

/**
 * The daemon as a program: one clear line on stderr and exit code 1 (2 for a wrong command line) when it cannot run.
 * Ends the process.
 */
export async function runDaemon(argv: readonly string[], extras: HeadlessExtras = {}): Promise<never> {
  try {
    process.exit(await runHeadless(parseHeadlessArguments(argv), extras))
  } catch (error) {
    const fault = faultOf(error, 'storage-failed')
    process.stderr.write(`meshwork: ${fault.message}\n`)
    process.exit(fault.kind === 'bad-input' ? EXIT_USAGE : EXIT_FAULT)
  }
}

if (import.meta.main) await runDaemon(process.argv.slice(2))
