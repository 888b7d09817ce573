import type { MachineSample } from '../../protocol/machine-sample.ts'
import type { ElectronApi } from '../electron-api.ts'

/**
 * Reads from Electron for how long the machine had no input, and whether it runs on its battery. Under Wayland a program
 * sees no input but its own, so that Electron's idle time is not used there; the peer's own readers ask the login daemon.
 */
export function readPower(
  power: Pick<ElectronApi['powerMonitor'], 'getSystemIdleTime' | 'isOnBatteryPower'>,
  env: Readonly<Record<string, string | undefined>>,
): Pick<MachineSample, 'idle_s' | 'on_battery'> {
  const isWayland = env['XDG_SESSION_TYPE'] === 'wayland'
  return {
    on_battery: power.isOnBatteryPower(),
    ...(isWayland ? {} : { idle_s: Math.max(0, power.getSystemIdleTime()) }),
  }
}
