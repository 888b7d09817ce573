import { Slider } from '@mantine/core'
import type { ComputeResource, HardwareInfo } from '#contract'
import { useFormat, useText } from '../../state/text.tsx'
import { HelpLabel } from './help-label.tsx'
import classes from './resource-fields.module.css'

const GIB = 2 ** 30
/** Disk is told as it is sold. */
const GB = 1e9
/** Where the machine has not told what it has, so much is offered at least. */
const CORES_UNKNOWN = 8
const RAM_GB_UNKNOWN = 16
const DISK_GB_UNKNOWN = 100
/** No unit can do with less. */
const RAM_GB_MIN = 0.5

type Dimension = 'cpu_cores' | 'ram_gb' | 'gpu_vram_gb' | 'disk_gb'

/** How much of this PC is shared, each a slider up to what there is. */
export function ResourceFields({
  value,
  hardware,
  onChange,
}: {
  readonly value: ComputeResource
  /** Absent until the machine has told. */
  readonly hardware: HardwareInfo | undefined
  readonly onChange: (value: ComputeResource, editing: string) => void
}) {
  const text = useText().sharing.resources
  const format = useFormat()
  const set = (dimension: Dimension) => (amount: number) =>
    onChange(withAmount(value, dimension, amount), dimension)
  const size = (amount: number) => `${format.number(amount, 1)} GB`
  const has = machineAmounts(hardware, value)
  const of = (amount: number, most: number) =>
    hardware === undefined ? size(amount) : text.of(format.number(amount, 1), size(most))
  const some = (amount: number, most: number) => (amount === 0 ? text.none : of(amount, most))
  return (
    <div className={classes['fields']}>
      <AmountField
        label={text.cores}
        help={text.coresHelp}
        value={value.cpu_cores}
        min={1}
        max={has.cores}
        step={1}
        written={(cores) =>
          hardware === undefined
            ? text.coresAlone(cores, format.number(cores, 1))
            : text.coresValue(format.number(cores, 1), format.number(has.cores))
        }
        onChange={set('cpu_cores')}
      />
      <AmountField
        label={text.memory}
        help={text.memoryHelp}
        value={value.ram_gb}
        min={RAM_GB_MIN}
        max={has.ramGb}
        step={0.5}
        written={(amount) => of(amount, has.ramGb)}
        onChange={set('ram_gb')}
      />
      {has.vramGb > 0 && (
        <AmountField
          label={text.gpu}
          help={text.gpuHelp}
          value={value.gpu_vram_gb ?? 0}
          min={0}
          max={has.vramGb}
          step={0.5}
          written={(amount) => some(amount, has.vramGb)}
          onChange={set('gpu_vram_gb')}
        />
      )}
      <AmountField
        label={text.disk}
        help={text.diskHelp}
        value={value.disk_gb ?? 0}
        min={0}
        max={has.diskGb}
        step={1}
        written={(amount) => some(amount, has.diskGb)}
        onChange={set('disk_gb')}
      />
    </div>
  )
}

function AmountField({
  label,
  help,
  value,
  min,
  max,
  step,
  written,
  onChange,
}: {
  readonly label: string
  readonly help: string
  readonly value: number
  readonly min: number
  readonly max: number
  readonly step: number
  readonly written: (value: number) => string
  readonly onChange: (value: number) => void
}) {
  return (
    <div className={classes['field']}>
      <div className={classes['words']}>
        <HelpLabel label={label} help={help} />
        <span className={classes['written']}>{written(value)}</span>
      </div>
      <Slider
        min={min}
        max={max}
        step={step}
        value={value}
        label={null}
        thumbLabel={label}
        thumbValueText={written}
        onChange={onChange}
      />
    </div>
  )
}

/** The machine's amounts; at least those that are shared, so that a slider shows them. */
function machineAmounts(hardware: HardwareInfo | undefined, value: ComputeResource) {
  const vramGb = largestCardGb(hardware)
  const ramGb = hardware === undefined ? RAM_GB_UNKNOWN : hardware.ram_bytes / GIB
  const diskGb = hardware === undefined ? DISK_GB_UNKNOWN : hardware.disk.free_bytes / GB
  return {
    cores: Math.max(hardware?.cpu.cores ?? CORES_UNKNOWN, Math.ceil(value.cpu_cores), 1),
    ramGb: Math.max(halves(ramGb), value.ram_gb, RAM_GB_MIN),
    vramGb: Math.max(halves(vramGb), value.gpu_vram_gb ?? 0),
    diskGb: Math.max(Math.floor(diskGb), value.disk_gb ?? 0, 1),
  }
}

/** Of one card: a unit runs on one, so that the memory of two never adds up. */
function largestCardGb(hardware: HardwareInfo | undefined): number {
  return Math.max(0, ...(hardware?.gpus ?? []).map(({ vram_bytes }) => vram_bytes ?? 0)) / GIB
}

function halves(amount: number): number {
  return Math.round(amount * 2) / 2
}

/** An amount of nothing is not named. */
function withAmount(value: ComputeResource, dimension: Dimension, amount: number): ComputeResource {
  const next = { ...value, [dimension]: amount }
  if (amount === 0 && (dimension === 'gpu_vram_gb' || dimension === 'disk_gb')) {
    const { [dimension]: _nothing, ...rest } = next
    return rest
  }
  return next
}
