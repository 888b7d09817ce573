import type { Clock } from '../../ports/clock.ts'
import type { MachineReader } from '../../ports/hardware.ts'
import type { MachineSample } from '../../protocol/machine-sample.ts'
import type { Command } from '../command.ts'

/** A tool that is missing or fails is tried again after this: a user may log in, or install it. */
const TRY_AGAIN_MS = 60_000
/** The network changes rarely; asking each second would keep the bus busy. */
const METERED_EVERY_MS = 20_000
/** NetworkManager's words for "yes" and "guess yes", "no" and "guess no" (NMMetered). */
const METERED = new Map([
  ['1', true],
  ['3', true],
  ['2', false],
  ['4', false],
])
const MUTTER = [
  '--user',
  'call',
  'org.gnome.Mutter.IdleMonitor',
  '/org/gnome/Mutter/IdleMonitor/Core',
  'org.gnome.Mutter.IdleMonitor',
  'GetIdletime',
]
const NETWORK_MANAGER = [
  'get-property',
  'org.freedesktop.NetworkManager',
  '/org/freedesktop/NetworkManager',
  'org.freedesktop.NetworkManager',
  'Metered',
]

/** Dependencies of the desktop's readers. */
export interface DesktopOptions {
  readonly command: Command
  readonly clock: Pick<Clock, 'nowMs'>
  /** Whether there is an X display to ask. */
  readonly hasDisplay: boolean
  readonly userId: number
}

type Ask = (signal: AbortSignal) => Promise<Partial<MachineSample>>

/**
 * How long mouse and keyboard have been idle: of the X server (xprintidle, xssstate), of GNOME under Wayland, or of
 * logind, which knows terminals too; the first that tells.
 */
export function idleReader({ command, clock, hasDisplay, userId }: DesktopOptions): MachineReader {
  const ms = async (file: string, parameters: readonly string[], signal: AbortSignal) => {
    const text = (await command(file, parameters, signal)).trim()
    if (!/^(t )?\d+$/.test(text)) throw new Error(`${file} tells something else`)
    return { idle_s: Number(text.replace('t ', '')) / 1_000 }
  }
  const ofX: Ask[] = [(signal) => ms('xprintidle', [], signal), (signal) => ms('xssstate', ['-i'], signal)]
  const asks: Ask[] = [
    ...(hasDisplay ? ofX : []),
    (signal) => ms('busctl', MUTTER, signal),
    async (signal) => {
      const shown = ['IdleHint', 'IdleSinceHint'].flatMap((name) => ['-p', name])
      const text = await command('loginctl', ['show-user', String(userId), ...shown], signal)
      const sinceMs = Number(/^IdleSinceHint=(\d+)$/m.exec(text)?.[1] ?? Number.NaN) / 1_000
      const hint = /^IdleHint=(yes|no)$/m.exec(text)?.[1]
      if (hint === 'no') return { idle_s: 0 }
      if (hint === 'yes' && sinceMs > 0) return { idle_s: Math.max(0, clock.nowMs() - sinceMs) / 1_000 }
      throw new Error('logind tells nothing')
    },
  ]
  return firstThatTells(asks, clock)
}

/** Whether the active window fills the screen, by the X window manager (EWMH). */
export function fullScreenReader({ command, clock, hasDisplay }: DesktopOptions): MachineReader {
  const ask: Ask = async (signal) => {
    const root = await command('xprop', ['-root', '_NET_ACTIVE_WINDOW'], signal)
    const window = /window id # (0x[0-9a-f]+)/.exec(root)?.[1]
    if (window === undefined) throw new Error('no window manager tells')
    if (Number(window) === 0) return { full_screen: false }
    const state = await command('xprop', ['-id', window, '_NET_WM_STATE'], signal)
    return { full_screen: state.includes('_NET_WM_STATE_FULLSCREEN') }
  }
  return firstThatTells(hasDisplay ? [ask] : [], clock)
}

/** Whether the network costs money, by NetworkManager. */
export function meteredReader({ command, clock }: DesktopOptions): MachineReader {
  let known: Partial<MachineSample> = {}
  let askedAtMs = Number.NEGATIVE_INFINITY
  const reader = firstThatTells(
    [
      async (signal) => {
        const text = await command('busctl', NETWORK_MANAGER, signal)
        const metered = METERED.get(/^u (\d)$/m.exec(text)?.[1] ?? '')
        return metered === undefined ? {} : { metered }
      },
    ],
    clock,
  )
  return {
    async read(signal) {
      if (clock.nowMs() - askedAtMs < METERED_EVERY_MS) return known
      askedAtMs = clock.nowMs()
      known = await reader.read(signal)
      return known
    },
  }
}

/** The first of several ways that works; those that do not are left alone for a while. */
function firstThatTells(asks: readonly Ask[], clock: Pick<Clock, 'nowMs'>): MachineReader {
  const failedAtMs = new Map<Ask, number>()
  return {
    async read(signal) {
      for (const ask of asks) {
        if (clock.nowMs() - (failedAtMs.get(ask) ?? Number.NEGATIVE_INFINITY) < TRY_AGAIN_MS) continue
        try {
          return await ask(signal)
        } catch {
          failedAtMs.set(ask, clock.nowMs())
        }
      }
      return {}
    },
  }
}
