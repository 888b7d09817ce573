/**
 * A slow and faulty line: takes the TCP connections that the internet's firewall redirects to it, connects to the
 * original destination of each, and forwards all bytes with the delay, the bandwidth and the faults of its conditions.
 * It runs in the internet's namespace. One argument: its `LineConditions` as JSON.
 */
import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { ALIAS, createDice, LineConditions, SHAPER_PORT, PUBLIC } from './line-shaper.ts'

const conditions = LineConditions.parse(JSON.parse(process.argv[2] ?? '{}'))
const dice = createDice(conditions.seed)
/** Bytes that are on the line at a time in one direction; the sender waits beyond it. */
const UNDER_WAY_BYTES_MAX = 1 << 20

interface Address {
  readonly host: string
  readonly port: number
}

/** The original destination of a redirected connection, from the kernel's table. */
function originalDestination({ host, port }: Address): Address | undefined {
  const from = new RegExp(` src=${host.replaceAll('.', '\\.')} dst=(\\S+) sport=${port} dport=(\\d+) `)
  const [, to, at] = from.exec(readFileSync('/proc/net/nf_conntrack', 'utf8')) ?? []
  return to === undefined ? undefined : { host: to, port: Number(at) }
}

/** The faults of one connection, drawn when it begins. */
interface ConnectionFaults {
  /** Stands still for a while now and then. */
  readonly stalls: boolean
  /** After so many milliseconds it is reset, or goes on for one side only. */
  readonly reset_ms: number | undefined
  readonly halfOpen_ms: number | undefined
}

function drawFaults(): ConnectionFaults {
  const lot = dice()
  const whenMs = conditions.fault_ms.min + dice() * (conditions.fault_ms.max - conditions.fault_ms.min)
  return {
    stalls: dice() < conditions.stalling,
    reset_ms: lot < conditions.resetting ? whenMs : undefined,
    halfOpen_ms:
      lot >= conditions.resetting && lot < conditions.resetting + conditions.halfOpening ? whenMs : undefined,
  }
}

/** A queue of actions, each performed at its time or after the one before. */
function createTimedQueue(): (atMs: number, act: () => void) => void {
  const waiting: { readonly atMs: number; readonly act: () => void }[] = []
  const next = () => {
    const [first] = waiting
    if (first !== undefined) setTimeout(go, Math.max(0, first.atMs - performance.now()))
  }
  const go = () => {
    waiting.shift()?.act()
    next()
  }
  return (atMs, act) => {
    waiting.push({ atMs, act })
    if (waiting.length === 1) next()
  }
}

/** Forwards the bytes of one side. @returns stalls it for so many milliseconds */
function forward(from: Socket, to: Socket): (ms: number) => void {
  const enqueue = createTimedQueue()
  let freeAtMs = 0
  let underWay = 0
  const delayed = (bytes: number, act: () => void) => {
    const arrivesMs = performance.now() + conditions.delay_ms + dice() * conditions.jitter_ms
    freeAtMs = Math.max(freeAtMs, arrivesMs) + (1_000 * bytes) / conditions.bytes_per_s
    enqueue(freeAtMs, act)
  }
  from.on('data', (chunk) => {
    underWay += chunk.length
    if (underWay > UNDER_WAY_BYTES_MAX) from.pause()
    delayed(chunk.length, () => {
      underWay -= chunk.length
      if (underWay <= UNDER_WAY_BYTES_MAX) from.resume()
      if (to.writable) to.write(chunk)
    })
  })
  from.on('end', () => delayed(0, () => to.end()))
  return (ms) => void (freeAtMs = Math.max(freeAtMs, performance.now()) + ms)
}

function carry(near: Socket): void {
  const host = (near.remoteAddress ?? '').replace('::ffff:', '')
  const to = originalDestination({ host, port: near.remotePort ?? 0 })
  if (to === undefined) {
    near.resetAndDestroy()
    return
  }
  // The firewall gives what leaves from this address the caller's own again.
  const far = connect({ ...to, localAddress: host.replace(PUBLIC, ALIAS), noDelay: true })
  near.setNoDelay(true)
  const stalls = [forward(near, far), forward(far, near)]
  const timers = scheduleFaults(drawFaults(), near, far, stalls)
  const over = () => {
    for (const timer of timers) clearTimeout(timer)
  }
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on('error', () => other.resetAndDestroy())
    one.once('close', over)
  }
}

/** Sets the timers of a connection's faults. @returns them */
function scheduleFaults(
  { stalls, reset_ms, halfOpen_ms }: ConnectionFaults,
  near: Socket,
  far: Socket,
  stalling: readonly ((ms: number) => void)[],
): readonly NodeJS.Timeout[] {
  const timers: NodeJS.Timeout[] = []
  const at = (ms: number | undefined, act: () => void) => {
    if (ms !== undefined) timers.push(setTimeout(act, ms))
  }
  at(reset_ms, () => {
    near.resetAndDestroy()
    far.resetAndDestroy()
  })
  // One side is told that it is over, the other hears nothing more.
  at(halfOpen_ms, () => {
    far.pause()
    far.removeAllListeners('error').on('error', () => undefined)
    near.resetAndDestroy()
  })
  const { min, max } = conditions.stall_ms
  const stallLater = () => {
    at(min + dice() * (max - min), () => {
      for (const stall of stalling) stall(min + dice() * (max - min))
      stallLater()
    })
  }
  if (stalls) stallLater()
  return timers
}

createServer({ allowHalfOpen: true }, carry).listen(SHAPER_PORT, '0.0.0.0', () =>
  process.stdout.write('ready\n'),
)
