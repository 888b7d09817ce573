import type * as Electron from 'electron'
import type { MachineReader } from '../ports/hardware.ts'

/** What Electron tells of the machine: how long nobody has touched it, and whether it runs on its battery. */
export function createPowerReader(
  power: Pick<Electron.PowerMonitor, 'getSystemIdleTime' | 'isOnBatteryPower'>,
): MachineReader {
  return {
    read: () => Promise.resolve({ idle_s: power.getSystemIdleTime(), on_battery: power.isOnBatteryPower() }),
  }
}
