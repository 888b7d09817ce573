/**
 * A slow and faulty line: takes the TCP connections that the internet's firewall turns to it, makes each anew to where
 * it was meant for, and hands on what comes with a delay, at a pace, and with the faults that it is told. It runs in
 * the internet's namespace. One argument: its `Pace` as JSON.
 */
import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { ALIAS, createDice, Pace, PACER_PORT, PUBLIC } from './pace.ts'

const pace = Pace.parse(JSON.parse(process.argv[2] ?? '{}'))
const dice = createDice(pace.seed)
/** Bytes that are on the line at a time in one direction; the sender waits beyond it. */
const UNDER_WAY_BYTES_MAX = 1 << 20

interface Address {
  readonly host: string
  readonly port: number
}

/** Where a connection was meant for before it was turned to us: the kernel's table knows. */
function meantFor({ host, port }: Address): Address | undefined {
  const from = new RegExp(` src=${host.replaceAll('.', '\\.')} dst=(\\S+) sport=${port} dport=(\\d+) `)
  const [, to, at] = from.exec(readFileSync('/proc/net/nf_conntrack', 'utf8')) ?? []
  return to === undefined ? undefined : { host: to, port: Number(at) }
}

/** How a connection is treated, drawn when it begins. */
interface Fate {
  /** Stands still for a while now and then. */
  readonly stalls: boolean
  /** After so many milliseconds it is reset, or goes on for one side only. */
  readonly reset_ms: number | undefined
  readonly halfOpen_ms: number | undefined
}

function drawFate(): Fate {
  const lot = dice()
  const whenMs = pace.fault_ms.min + dice() * (pace.fault_ms.max - pace.fault_ms.min)
  return {
    stalls: dice() < pace.stalling,
    reset_ms: lot < pace.resetting ? whenMs : undefined,
    halfOpen_ms: lot >= pace.resetting && lot < pace.resetting + pace.halfOpening ? whenMs : undefined,
  }
}

/** Does things in the order in which they were given, each at its time or after the one before. */
function createTurns(): (atMs: number, act: () => void) => void {
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

/** Hands on what one side sends. The returned function lets it stand still for so long. */
function handOn(from: Socket, to: Socket): (ms: number) => void {
  const turns = createTurns()
  let freeAtMs = 0
  let underWay = 0
  const inTurn = (bytes: number, act: () => void) => {
    const arrivesMs = performance.now() + pace.delay_ms + dice() * pace.jitter_ms
    freeAtMs = Math.max(freeAtMs, arrivesMs) + (1_000 * bytes) / pace.bytes_per_s
    turns(freeAtMs, act)
  }
  from.on('data', (chunk) => {
    underWay += chunk.length
    if (underWay > UNDER_WAY_BYTES_MAX) from.pause()
    inTurn(chunk.length, () => {
      underWay -= chunk.length
      if (underWay <= UNDER_WAY_BYTES_MAX) from.resume()
      if (to.writable) to.write(chunk)
    })
  })
  from.on('end', () => inTurn(0, () => to.end()))
  return (ms) => void (freeAtMs = Math.max(freeAtMs, performance.now()) + ms)
}

function carry(near: Socket): void {
  const host = (near.remoteAddress ?? '').replace('::ffff:', '')
  const to = meantFor({ host, port: near.remotePort ?? 0 })
  if (to === undefined) {
    near.resetAndDestroy()
    return
  }
  // The firewall gives what leaves from this address the caller's own again.
  const far = connect({ ...to, localAddress: host.replace(PUBLIC, ALIAS), noDelay: true })
  near.setNoDelay(true)
  const stalls = [handOn(near, far), handOn(far, near)]
  const timers = meetFate(drawFate(), near, far, stalls)
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

/** Lets the faults of a connection happen in their time. */
function meetFate(
  { stalls, reset_ms, halfOpen_ms }: Fate,
  near: Socket,
  far: Socket,
  stand: readonly ((ms: number) => void)[],
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
  const { min, max } = pace.stall_ms
  const stallLater = () => {
    at(min + dice() * (max - min), () => {
      for (const hold of stand) hold(min + dice() * (max - min))
      stallLater()
    })
  }
  if (stalls) stallLater()
  return timers
}

createServer({ allowHalfOpen: true }, carry).listen(PACER_PORT, '0.0.0.0', () =>
  process.stdout.write('ready\n'),
)
