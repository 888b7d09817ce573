import { spawn } from 'node:child_process'
import { appendFile, mkdir, open, readFile, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { ASK_EVERY_MS, connectApi, faultOfCall, useClient } from '../../api/transport/client.ts'
import { readEndpoint, type Endpoint } from '../../api/transport/endpoint-file.ts'
import type { HeadlessOptions, ReadyLine } from '../../daemon.ts'
import { NAME_LENGTH_MAX } from '#contract'
import { refuse } from '../../protocol/fault.ts'
import { systemWords } from '../../protocol/system-error.ts'
import { openInBrowser } from '../daemon/browser.ts'
import { integerBetween, numberBetween, repeated, textBetween } from '../options/arguments.ts'
import { daemonEnvironment } from '../daemon/daemon-environment.ts'
import { dataFolder } from '../daemon/data-folder.ts'
import { newCommand, print, type CommonOptions } from '../daemon/peer-command.ts'
import type { Terminal } from '../output/terminal.ts'

/** A daemon that does not answer after this long has a problem worth showing instead of waiting. */
const READY_WITHIN_MS = 30_000
/** How often it is looked whether it answers. */
const LOOK_EVERY_MS = 50
/** A stopped peer's process ends after this, even if something in it hangs. */
const EXIT_WITHIN_MS = 500
/** The prefix of a daemon's lines for people. */
const SAID = 'meshwork: '
const NOT_STARTED = 'the peer did not start'

/** A detached daemon's line when it is ready. */
const LOG_FILE = 'daemon.log'

interface StartOptions extends CommonOptions {
  readonly listen?: readonly string[]
  readonly name?: string
  readonly cores?: number
  readonly ramGb?: number
  readonly share: boolean
  readonly mdns: boolean
  readonly serveDht?: boolean
  readonly relay?: boolean
  readonly portMapping: boolean
  readonly bootstrap?: readonly string[]
  readonly apiPort?: number
  readonly quotaGb?: number
  readonly ui?: boolean
  readonly detach?: boolean
}

/** The command `start`. @param ended told the daemon's exit code */
export function startCommand(terminal: Terminal, ended: (code: number) => void): Command {
  return newCommand('start', 'run a peer', 'meshctl start --name attic --cores 4 --detach')
    .option(
      '--listen <multiaddr>',
      'where others may reach this peer, such as /ip4/0.0.0.0/tcp/4001; repeatable (default: everywhere, at a port that is kept)',
      repeated,
    )
    .option(
      '--name <text>',
      'what others see this peer as, up to 100 characters (default: the machine’s name)',
      textBetween(1, NAME_LENGTH_MAX),
    )
    .option(
      '--cores <count>',
      'share so many cores from now on, from 0.1 (default: as before, at first most of them)',
      numberBetween(0.1, 4_096),
    )
    .option(
      '--ram-gb <gigabytes>',
      'share so many GiB of memory from now on (default: as before, at first most of it)',
      numberBetween(0.1, 65_536),
    )
    .option('--no-share', 'share nothing from now on')
    .option('--no-rules', 'let no rule pause sharing from now on (load, battery, …)')
    .option('--no-mdns', 'do not look for peers in the local network')
    .option('--serve-dht', 'tell others who ask where somebody is (for a peer that others bootstrap from)')
    .option(
      '--relay',
      'let contacts reach each other through this peer (default: while it is reached from outside)',
    )
    .option('--no-relay', 'let nobody be reached through this peer')
    .option('--no-port-mapping', 'do not ask the router to let others in')
    .option(
      '--bootstrap <multiaddr>',
      'a peer to join the network through, such as /ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…; repeatable',
      repeated,
    )
    .option(
      '--api-port <port>',
      'port of the API on this machine, 1 to 65535 (default: the last one, or any)',
      integerBetween(1, 65_535),
    )
    .option(
      '--quota-gb <gigabytes>',
      'GiB of disk that blobs may take (default: 20)',
      numberBetween(0.1, 1e6),
    )
    .option('--ui', 'print a link to the user interface, and open it if there is a screen')
    .option('--detach', 'go on in the background')
    .addHelpText('after', '\nMESHWORK_PASSPHRASE in the environment encrypts the peer’s key at rest.')
    .action(async (options: StartOptions) => {
      const { detach, data, ...given } = options
      // Only this command needs a whole peer; the others would wait half a second for it to load.
      const { checkHeadlessOptions, runHeadless } = await import('../../daemon.ts')
      const checked = checkHeadlessOptions({ ...given, data: dataFolder(data) })
      if (detach === true) await startDetached(terminal, options, checked)
      else await runHere(() => runHeadless(checked, { ready: openUi }), ended)
    })
}

function openUi({ ui_url: url, folder }: ReadyLine): void {
  if (url !== undefined) void openInBrowser(url, folder)
}

async function runHere(run: () => Promise<number>, ended: (code: number) => void): Promise<void> {
  const code = await run()
  ended(code)
  // A part that could not be stopped in time must not keep the process.
  setTimeout(() => process.exit(code), EXIT_WITHIN_MS).unref()
}

/** Starts the daemon as a process of its own, and waits until it answers. */
async function startDetached(
  terminal: Terminal,
  options: StartOptions,
  checked: HeadlessOptions,
): Promise<void> {
  const { data: folder } = checked
  const before = await readEndpoint(folder)
  const logPath = join(folder, LOG_FILE)
  const log = await openLog(folder, logPath)
  // The log is that of a peer that runs already, as long as there is one: this start may be refused.
  if (before === undefined) await log.truncate()
  const { size: logBytesBefore } = await log.stat()
  const entry = join(import.meta.dirname, '../../headless.ts')
  // A pipe would break when this process ends, so that the daemon writes to a file.
  const child = spawn(process.execPath, [entry, ...flagsOf(checked)], {
    detached: true,
    env: daemonEnvironment(),
    stdio: ['ignore', 'ignore', log.fd],
  })
  await log.close()
  const exited = new Promise<'exited'>((resolve) => child.once('exit', () => resolve('exited')))
  const over = new AbortController()
  const found = await Promise.race([waitForAnswer(folder, child.pid, before?.token, over.signal), exited])
  over.abort()
  if (found === 'exited') refuse('storage-failed', await reasonIn(logPath, logBytesBefore))
  if (found === 'too-late') {
    child.kill('SIGKILL')
    refuse('timed-out', `the peer did not answer within ${READY_WITHIN_MS / 1_000} s`)
  }
  child.unref()
  const { pid } = found.endpoint
  const started = { pid, peer_id: found.peer_id, name: found.name, folder }
  const link = options.ui === true ? await linkOf(found.endpoint) : undefined
  const open = link === undefined ? '' : `open it in a browser: ${link}\n`
  print(
    terminal,
    options,
    link === undefined ? started : { ...started, ui_url: link },
    () => `${found.name} is running (process ${pid})\n${open}`,
  )
  if (link !== undefined) return openInBrowser(link, folder)
  const { UI_NOT_BUILT } = await import('../../daemon.ts')
  if (options.ui === true) terminal.err(`meshctl: ${UI_NOT_BUILT}\n`)
}

/** Why a daemon ended, by its log: the last line that it said to people, not where in the program it said so. */
async function reasonIn(logPath: string, fromByte: number): Promise<string> {
  const log = (await readFile(logPath)).subarray(fromByte).toString()
  const line = log.split('\n').findLast((text) => text.startsWith(SAID))
  if (line !== undefined) return line.slice(SAID.length)
  try {
    // On a full disk the daemon could not write its reason: then this cannot be written either.
    await appendFile(logPath, `${SAID}${NOT_STARTED}\n`)
    return NOT_STARTED
  } catch (error) {
    return `${NOT_STARTED}: cannot write to ${logPath}: ${systemWords(error)}`
  }
}

/** A link that opens the user interface once; undefined where the peer has none to serve. */
async function linkOf(endpoint: Endpoint): Promise<string | undefined> {
  try {
    const { url } = await useClient(await connectApi(endpoint), (calls) => calls.node.openUi())
    return url
  } catch (error) {
    if (faultOfCall(error).kind !== 'unsupported') throw error
    return undefined
  }
}

/** Opened for appending: two peers that start on one folder share it, and neither writes over the other's lines. */
async function openLog(folder: string, path: string): Promise<FileHandle> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return await open(path, 'a', 0o600)
  } catch (error) {
    return refuse('bad-input', `cannot write to ${folder}: ${systemWords(error)}`, error)
  }
}

/** Looks for the endpoint of this process, other than the one before, and asks there. */
async function waitForAnswer(
  folder: string,
  pid: number | undefined,
  before: string | undefined,
  signal: AbortSignal,
): Promise<'too-late' | { endpoint: Endpoint; peer_id: string; name: string }> {
  for (const startMs = Date.now(); Date.now() - startMs < READY_WITHIN_MS && !signal.aborted;) {
    const endpoint = await readEndpoint(folder)
    if (endpoint !== undefined && endpoint.pid === pid && endpoint.token !== before) {
      const client = await connectApi(endpoint, { askEveryMs: ASK_EVERY_MS })
      const { peer_id, name } = await useClient(client, (calls) => calls.node.info())
      return { endpoint, peer_id, name }
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
  return 'too-late'
}

/** The options as the daemon's own command line. */
function flagsOf({
  data,
  listen = [],
  name,
  cores,
  ramGb,
  share,
  mdns,
  serveDht,
  relay,
  portMapping,
  rules,
  bootstrap,
  ...rest
}: HeadlessOptions): string[] {
  const valued = { name, cores, 'ram-gb': ramGb, 'api-port': rest.apiPort, 'quota-gb': rest.quotaGb }
  return [
    `--data=${data}`,
    ...listen.map((address) => `--listen=${address}`),
    ...bootstrap.map((address) => `--bootstrap=${address}`),
    ...Object.entries(valued).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}=${value}`])),
    ...(share ? [] : ['--no-share']),
    ...(mdns ? [] : ['--no-mdns']),
    ...(serveDht ? ['--serve-dht'] : []),
    ...(relay === undefined ? [] : [relay ? '--relay' : '--no-relay']),
    ...(portMapping ? [] : ['--no-port-mapping']),
    ...(rules ? [] : ['--no-rules']),
  ]
}
