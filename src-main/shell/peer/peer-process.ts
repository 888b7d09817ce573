/**
 * The desktop's peer, as the process that the shell starts. It serves its API like a daemon does, and ends when the
 * shell says so or is gone.
 */
import type { MachineReader } from '../../ports/hardware.ts'
import type { HostedPeer } from '../../hosted-peer.ts'
import { loadHost } from '../../load-host.ts'
import type { KeyKeeper } from '../../ports/key-keeper.ts'
import { faultOf, refuse } from '../../protocol/fault.ts'
import { ToPeer, type ToShell } from './peer-message.ts'

/** A peer that cannot stop within this time is ended as it is; its journal survives that by design. */
const STOP_WITHIN_MS = 10_000
/** The machine's state is too old after this: the shell sends it every few seconds. */
const MACHINE_AGE_MS_MAX = 20_000
/** Exit code of a peer that failed or could not start. */
const EXIT_FAULT = 1

/** The keychain's answers that are waited for, by request. */
const asked = new Map<number, (bytes: string | undefined) => void>()
let lastRequest = 0
let machine:
  { readonly atMs: number; readonly sample: Awaited<ReturnType<MachineReader['read']>> } | undefined
let hosted: Promise<HostedPeer> | undefined
let isEnding = false

process.on('message', (message: unknown) => {
  const parsed = ToPeer.safeParse(message)
  if (parsed.success) hear(parsed.data)
})
process.on('disconnect', () => void end(0))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0))
process.on('uncaughtException', fail)
process.on('unhandledRejection', fail)

function hear(message: ToPeer): void {
  switch (message.kind) {
    case 'start':
      hosted ??= start(message)
      hosted.catch(fail)
      return
    case 'machine': {
      const { kind: _, ...sample } = message
      machine = { atMs: Date.now(), sample }
      return
    }
    case 'secret':
      asked.get(message.id)?.(message.bytes)
      asked.delete(message.id)
      return
    case 'stop':
      void end(0)
      return
  }
}

async function start({
  data,
  listen,
  mdns,
  has_keychain,
}: Extract<ToPeer, { kind: 'start' }>): Promise<HostedPeer> {
  const passphrase = process.env['MESHWORK_PASSPHRASE']
  const { defectLogPath, hostPeer, keepFilesPrivate } = await loadHost()
  keepFilesPrivate()
  const peer = await hostPeer({
    host: 'desktop',
    visibleNearby: true,
    folder: data,
    mdns,
    bootstrap: [],
    readers: [machineReader],
    warn: (line) => process.stderr.write(`meshwork: ${line}\n`),
    fatal: (error) => {
      const { message } = faultOf(error, 'storage-failed')
      tell({ kind: 'failed', message: `${message} (${defectLogPath(data)})` })
      void end(EXIT_FAULT)
    },
    requestStop: () => tell({ kind: 'stop-requested' }),
    ...(listen === undefined ? {} : { listen }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(has_keychain ? { keyKeeper: keychain } : {}),
  })
  const { url, token } = peer.server.endpoint
  tell({ kind: 'ready', url, token })
  return peer
}

/** The machine's state as the shell last sent it, while it is fresh. */
const machineReader: MachineReader = {
  read: () => {
    const said = machine
    const isFresh = said !== undefined && Date.now() - said.atMs <= MACHINE_AGE_MS_MAX
    return Promise.resolve(isFresh ? said.sample : {})
  },
}

/** The keychain of the shell. */
const keychain: KeyKeeper = { seal: (secret) => ask('seal', secret), open: (sealed) => ask('open', sealed) }

async function ask(kind: 'seal' | 'open', bytes: Uint8Array): Promise<Uint8Array> {
  const id = ++lastRequest
  const answer = Promise.withResolvers<string | undefined>()
  asked.set(id, answer.resolve)
  tell({ kind, id, bytes: Buffer.from(bytes).toString('base64') })
  const text = await answer.promise
  if (text === undefined) return refuse('storage-failed', 'the keychain refused')
  return new Uint8Array(Buffer.from(text, 'base64'))
}

function tell(message: ToShell): void {
  // A shell that is gone is heard of through 'disconnect'.
  process.send?.(message, undefined, undefined, () => undefined)
}

function fail(error: unknown): void {
  const { message } = faultOf(error, 'storage-failed')
  process.stderr.write(`meshwork: ${message}\n`)
  tell({ kind: 'failed', message })
  void end(EXIT_FAULT)
}

async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  setTimeout(() => process.exit(code), STOP_WITHIN_MS).unref()
  try {
    await (await hosted)?.stop()
  } catch {
    // Whatever it is, it was told when it happened, or ends with the process.
  }
  process.exit(code)
}
