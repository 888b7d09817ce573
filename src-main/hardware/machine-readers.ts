import { platform } from 'node:os'
import type { Clock } from '../ports/clock.ts'
import type { MachineReader, ProcessMeter } from '../ports/hardware.ts'
import { runCommand } from './command.ts'
import { fullScreenReader, idleReader, meteredReader } from './linux/linux-desktop.ts'
import { linuxLoadReader, linuxProcessMeter } from './linux/linux-load.ts'
import { linuxPowerReader, linuxTemperatureReader } from './linux/linux-power.ts'

/**
 * Reads this machine's state without a desktop shell: on Linux load, battery, temperature, and what X, GNOME,
 * logind and NetworkManager know; elsewhere nothing yet, so that rules are `unreadable` there unless the shell reads.
 */
export function machineReaders(options: {
  readonly clock: Clock
  /** This program's processes, hosts included. */
  readonly ownPids: () => readonly number[]
  readonly meter: ProcessMeter
}): readonly MachineReader[] {
  if (platform() !== 'linux') return []
  const { clock, ownPids, meter } = options
  const display = process.env['DISPLAY'] ?? ''
  const desktop = {
    command: runCommand,
    clock,
    hasDisplay: display !== '',
    userId: process.getuid?.() ?? 0,
  }
  return [
    linuxLoadReader({ ownPids, meter }),
    linuxPowerReader(),
    linuxTemperatureReader(),
    idleReader(desktop),
    fullScreenReader(desktop),
    meteredReader(desktop),
  ]
}

/** Measures processes; where the system does not tell, they seem to use nothing. */
export function processMeter(): ProcessMeter {
  if (platform() === 'linux') return linuxProcessMeter()
  return { read: () => Promise.resolve({ cpuMs: 0, ramBytes: 0 }) }
}
