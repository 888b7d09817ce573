import type { MachineReader } from '../../ports/hardware.ts'
import { entriesOf, numberOf, textOf } from './linux-files.ts'

/** Drivers of sensors in the processor itself (kernel documentation, hwmon). */
const CPU_SENSORS = new Set(['coretemp', 'k10temp', 'zenpower', 'cpu_thermal', 'via_cputemp', 'soc_thermal'])
/** Names of thermal zones that are the processor's; `acpitz` is somewhere on the board, and often wrong. */
const CPU_ZONE = /cpu|x86_pkg_temp|soc|cluster|tcpu/i
/** The plausible temperatures of a processor, in degrees: anything else is a sensor that is not connected. */
const CELSIUS_MIN = 1
const CELSIUS_MAX = 150

/** Mains, batteries and their charge, from `/sys/class/power_supply`; batteries of a mouse do not count. */
export function linuxPowerReader(sys = '/sys'): MachineReader {
  const folder = `${sys}/class/power_supply`
  return {
    async read() {
      const names = await entriesOf(folder)
      if (names === undefined) return {}
      const charges: number[] = []
      let [hasMains, isDischarging] = [false, false]
      for (const name of names) {
        const type = await textOf(folder, name, 'type')
        if (type === 'Mains' || type === 'USB') hasMains ||= (await numberOf(folder, name, 'online')) === 1
        if (type !== 'Battery' || (await textOf(folder, name, 'scope')) === 'Device') continue
        const charge = await numberOf(folder, name, 'capacity')
        if (charge !== undefined) charges.push(Math.min(100, Math.max(0, charge)))
        isDischarging ||= (await textOf(folder, name, 'status')) === 'Discharging'
      }
      const on_battery = isDischarging && !hasMains
      if (charges.length === 0) return { on_battery }
      return { on_battery, battery_percent: charges.reduce((sum, one) => sum + one, 0) / charges.length }
    },
  }
}

/** The hottest sensor of the processor, from `/sys/class/hwmon` and, where it has none, `/sys/class/thermal`. */
export function linuxTemperatureReader(sys = '/sys'): MachineReader {
  async function ofSensors(): Promise<number[]> {
    const found: number[] = []
    const folder = `${sys}/class/hwmon`
    for (const name of (await entriesOf(folder)) ?? []) {
      if (!CPU_SENSORS.has((await textOf(folder, name, 'name')) ?? '')) continue
      for (const file of (await entriesOf(folder, name)) ?? []) {
        if (!/^temp\d+_input$/.test(file)) continue
        const milli = await numberOf(folder, name, file)
        if (milli !== undefined) found.push(milli / 1_000)
      }
    }
    return found
  }

  async function ofZones(): Promise<number[]> {
    const found: number[] = []
    const folder = `${sys}/class/thermal`
    for (const name of (await entriesOf(folder)) ?? []) {
      if (!CPU_ZONE.test((await textOf(folder, name, 'type')) ?? '')) continue
      const milli = await numberOf(folder, name, 'temp')
      if (milli !== undefined) found.push(milli / 1_000)
    }
    return found
  }

  const plausible = (celsius: number): boolean => celsius >= CELSIUS_MIN && celsius <= CELSIUS_MAX
  return {
    async read() {
      const sensors = (await ofSensors()).filter(plausible)
      const found = sensors.length > 0 ? sensors : (await ofZones()).filter(plausible)
      return found.length === 0 ? {} : { celsius: Math.max(...found) }
    },
  }
}
