import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import type { ApiServer } from './api/transport/server.ts'
import type { PeerOptions } from './assemble.ts'
import type { HostedPeer, HostOptions } from './hosted-peer.ts'
import { loadHost } from './load-host.ts'
import { shortNameOf } from './network/identity/peer-name.ts'
import type { PeerId } from './protocol/ids.ts'
import { faultOf, refuse } from './protocol/fault.ts'
import { issueLine, usePlainIssues } from './protocol/plain-issues.ts'
import { printable, printableJson } from './protocol/printable-text.ts'
import type { Share } from './runtime/lending/capabilities.ts'

/** A peer that cannot stop within this time is ended as it is; its journal survives that by design. */
const STOP_WITHIN_MS = 10_000
/** Exit code of a peer that failed or could not start. */
const EXIT_FAULT = 1
/** Exit code of a command line that is not understood. */
const EXIT_USAGE = 2

/** Said by a peer that is to serve the user interface and cannot; it runs all the same. */
export const UI_NOT_BUILT = 'the user interface is not built; build it with: npm run build:ui'

type OpenLink = ReturnType<ApiServer['openLink']>

/** The options of a daemon. */
export const HeadlessOptions = z.strictObject({
  /** The data folder, absolute. */
  data: z.string().min(1),
  /** Multiaddresses to listen at; everywhere, at a port that is kept, when absent. */
  listen: z.array(z.string()).min(1).exactOptional(),
  /** The name that others see; the machine's name when absent. */
  name: z.string().trim().min(1).max(100).exactOptional(),
  /** The share from now on; as before when both are absent. */
  cores: z.coerce.number().positive().max(4_096).exactOptional(),
  ramGb: z.coerce.number().positive().max(65_536).exactOptional(),
  /** False shares nothing from now on. */
  share: z.boolean().default(true),
  /** Whether to find peers in the local network. */
  mdns: z.boolean().default(true),
  /** Whether to answer others who ask where a peer is. */
  serveDht: z.boolean().default(false),
  /** Whether contacts may reach each other through this peer, in this run; absent leaves it as it was chosen. */
  relay: z.boolean().exactOptional(),
  /** False asks no router to let others in, in this run. */
  portMapping: z.boolean().default(true),
  /** False switches off all rules that pause sharing, from now on. */
  rules: z.boolean().default(true),
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

/** The parts of the peer that an embedder may change. */
export type HeadlessExtras = Pick<PeerOptions, 'wrapRunner' | 'registry'> & {
  /** Told when the peer answers. */
  readonly ready?: (line: ReadyLine) => void
}

/** The line that the daemon prints with `--json` when it answers. The token is for the program that started it. */
export interface ReadyLine {
  readonly ready: true
  readonly peer_id: PeerId
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
  const { createDefectLog, hostPeer, keepFilesPrivate } = await loadHost()
  keepFilesPrivate()
  const ended = Promise.withResolvers<number>()
  const fatal = (): void => ended.resolve(EXIT_FAULT)
  const log = createDefectLog(options.data)
  const defect = (error: unknown): void => {
    log(error)
    fatal()
  }
  // A log that cannot be written, on a full disk or to a closed pipe, is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  process.on('uncaughtException', defect)
  process.on('unhandledRejection', defect)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => ended.resolve(0))
  const requestStop = (): void => ended.resolve(0)
  const hosted = await hostPeer({ ...hostOptions(options, extras), fatal, requestStop })
  const link = options.ui && hosted.userInterface !== undefined ? hosted.server.openLink() : undefined
  const ready = readyLine(options, hosted, link)
  announce(options, ready)
  extras.ready?.(ready)
  if (options.ui && link === undefined) process.stderr.write(`meshwork: ${UI_NOT_BUILT}\n`)
  const code = await ended.promise
  // From here on a second signal ends the process as signals do.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(signal)
  const stopped = hosted.stop().then(() => code)
  const tooLate = new Promise<number>((late) => setTimeout(() => late(EXIT_FAULT), STOP_WITHIN_MS).unref())
  return Promise.race([stopped, tooLate])
}

function hostOptions(
  options: HeadlessOptions,
  { wrapRunner, registry }: HeadlessExtras,
): Omit<HostOptions, 'fatal' | 'requestStop'> {
  const { data, name, listen, mdns, serveDht, relay, bootstrap, quotaGb, apiPort, ui } = options
  return {
    folder: data,
    mdns,
    serveDht,
    // A headless peer mostly runs where others reach it, and where it does, it is the relay that friends need.
    relayDefault: 'auto',
    bootstrap,
    // Without a user interface no user would see who asks, and a server has no reason to tell its neighbours its name.
    visibleNearby: ui,
    warn: (line) => process.stderr.write(`meshwork: ${printable(line)}\n`),
    ...(options.portMapping ? {} : { mapPort: false }),
    ...(options.rules ? {} : { rules: 'off' as const }),
    ...withoutUndefined({
      relay: relay === undefined ? undefined : relay ? ('on' as const) : ('off' as const),
      listen,
      name,
      share: shareOf(options),
      quotaBytes: quotaGb === undefined ? undefined : Math.floor(quotaGb * 2 ** 30),
      passphrase: process.env['MESHWORK_PASSPHRASE'],
      wrapRunner,
      registry,
      apiPort,
    }),
  }
}

/** The share that the options ask for; undefined leaves it as it was. */
function shareOf({ share, cores, ramGb }: HeadlessOptions): Share | undefined {
  if (!share) return 'nothing'
  return cores === undefined && ramGb === undefined ? undefined : withoutUndefined({ cores, ramGb })
}

/** The values that are there. */
function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(values).filter(([, value]) => value !== undefined)
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> }
}

function readyLine(
  { data: folder }: HeadlessOptions,
  { peer, server }: HostedPeer,
  link: OpenLink | undefined,
): ReadyLine {
  const { runtime, transport } = peer
  const { url, token } = server.endpoint
  return {
    ready: true,
    peer_id: runtime.state.me,
    name: runtime.state.name,
    addresses: transport.addresses(),
    url,
    token,
    ...(link === undefined ? {} : { ui_url: link.url }),
    pid: process.pid,
    folder,
  }
}

function announce({ json }: HeadlessOptions, ready: ReadyLine): void {
  const { name, peer_id, addresses, ui_url: link } = ready
  const text = `${name} (${shortNameOf(peer_id)}) is running; reachable at ${addresses.join(' ') || 'nowhere'}`
  const open = link === undefined ? '' : `\nopen it in a browser: ${link}`
  process.stdout.write(`${json ? printableJson(ready) : printable(text + open)}\n`)
}

/** The command line of `headless.ts`. @throws FaultError `bad-input` with one clear line */
export function parseHeadlessArguments(argv: readonly string[]): HeadlessOptions {
  const { values } = parseFlags(argv)
  const {
    data,
    'ram-gb': ramGb,
    'no-share': noShare,
    'no-mdns': noMdns,
    'no-rules': noRules,
    'serve-dht': serveDht,
    relay,
    'no-relay': noRelay,
    'no-port-mapping': noPortMapping,
    'api-port': apiPort,
  } = values
  if (data === undefined) refuse('bad-input', '--data DIR is needed')
  const { 'quota-gb': quotaGb, listen, name, cores, bootstrap, ui, json } = values
  const flags = { listen, name, cores, ramGb, bootstrap, apiPort, quotaGb, ui, json }
  return checkHeadlessOptions({
    ...flags,
    data,
    share: noShare !== true,
    mdns: noMdns !== true,
    serveDht: serveDht === true,
    relay: noRelay === true ? false : relay,
    portMapping: noPortMapping !== true,
    rules: noRules !== true,
  })
}

/** Options as the caller gave them, absent ones undefined. @throws FaultError `bad-input` naming the first wrong one */
export function checkHeadlessOptions(given: Readonly<Record<string, unknown>>): HeadlessOptions {
  const parsed = HeadlessOptions.safeParse(withoutUndefined(given))
  if (!parsed.success) refuse('bad-input', issueLine(parsed.error.issues, flagOf))
  return { ...parsed.data, data: resolve(parsed.data.data) }
}

/** A field's flag: `--ram-gb` of `ramGb`. */
function flagOf([field = 'options']: readonly string[]): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
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
        'no-rules': { type: 'boolean' },
        'serve-dht': { type: 'boolean' },
        relay: { type: 'boolean' },
        'no-relay': { type: 'boolean' },
        'no-port-mapping': { type: 'boolean' },
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
  usePlainIssues()
  try {
    process.exit(await runHeadless(parseHeadlessArguments(argv), extras))
  } catch (error) {
    const fault = faultOf(error, 'storage-failed')
    process.stderr.write(`meshwork: ${printable(fault.message)}\n`)
    process.exit(fault.kind === 'bad-input' ? EXIT_USAGE : EXIT_FAULT)
  }
}
