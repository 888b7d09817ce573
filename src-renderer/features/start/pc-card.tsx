import { Loader, TextInput } from '@mantine/core'
import {
  IconCpu,
  IconCube,
  IconDatabase,
  IconDeviceDesktop,
  IconDeviceSdCard,
  IconGauge,
} from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { NAME_LENGTH_MAX, type HardwareInfo, type NodeInfo } from '#contract'
import type { Format } from '#text'
import { useQuery } from '../../connection/calls.tsx'
import { measuredKind } from '../../job-kinds/table.ts'
import { useMeasuredInfo } from '../../state/measured-info.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { FaultNotice } from '../../ui/notices/fault-notice.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import { sharedResources } from './preset.ts'
import { speedOf } from './speed.ts'
import type { OwnName } from './use-own-name.ts'
import classes from './pc-card.module.css'

/** This PC's name, which can be changed here, its hardware as it was found, and its speed. */
export function PcCard({ name, onEnter }: { readonly name: OwnName; readonly onEnter: () => void }) {
  const hardware = useQuery('start hardware', (calls) => calls.hardware.get({}))
  const info = useMeasuredInfo()
  return (
    <>
      <NameField name={name} onEnter={onEnter} />
      {hardware.state === 'failed' ? (
        <FaultNotice message={hardware.message} onRetry={hardware.retry} />
      ) : hardware.state === 'loading' || info === undefined ? (
        <SkeletonList rows={5} height={40} />
      ) : (
        <Facts hardware={hardware.value} info={info} />
      )}
    </>
  )
}

/** The name by which people know this PC. Saved when the card is left. */
function NameField({ name, onEnter }: { readonly name: OwnName; readonly onEnter: () => void }) {
  const text = useText().start.pc
  return (
    <TextInput
      className={classes['name'] ?? ''}
      label={text.name}
      description={text.nameHint}
      placeholder={text.namePlaceholder}
      error={name.isEmpty ? text.nameEmpty : undefined}
      leftSection={<IconDeviceDesktop size={20} aria-hidden="true" />}
      dir="auto"
      maxLength={NAME_LENGTH_MAX}
      disabled={name.shown === undefined}
      value={name.shown ?? ''}
      onChange={(event) => name.write(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' && !event.nativeEvent.isComposing) onEnter()
      }}
    />
  )
}

function Facts({ hardware, info }: { readonly hardware: HardwareInfo; readonly info: NodeInfo }) {
  const text = useText().start.pc
  const format = useFormat()
  const { cpu, gpus, ram_bytes, disk } = hardware
  return (
    <dl className={classes['facts']}>
      <Fact icon={<IconCpu size={20} />} label={text.processor} detail={cpu.name}>
        {text.cores(cpu.cores)}
      </Fact>
      <Fact icon={<IconDeviceSdCard size={20} />} label={text.memory}>
        {memoryWords(ram_bytes, format)}
      </Fact>
      <Fact
        icon={<IconCube size={20} />}
        label={text.graphics}
        detail={gpus
          .flatMap(({ vram_bytes }) =>
            vram_bytes === undefined ? [] : [text.graphicsMemory(memoryWords(vram_bytes, format))],
          )
          .join(', ')}
      >
        {gpus.length === 0 ? text.noGraphics : gpus.map(({ name }) => name).join(', ')}
      </Fact>
      <Fact icon={<IconDatabase size={20} />} label={text.disk}>
        {text.diskFree(format.bytes(disk.free_bytes), format.bytes(disk.total_bytes))}
      </Fact>
      <Speed hardware={hardware} info={info} />
    </dl>
  )
}

function Speed({ hardware, info }: { readonly hardware: HardwareInfo; readonly info: NodeInfo }) {
  const messages = useText()
  const text = messages.start.pc
  const words = measuredKind().speed.words(messages)
  const format = useFormat()
  const shared = sharedResources(info.sharing, { cores: hardware.cpu.cores, ramBytes: hardware.ram_bytes })
  const cores = Math.max(1, Math.floor(shared.cpu_cores))
  const speed = speedOf(info.algorithms, cores)
  const icon = <IconGauge size={20} />
  switch (speed.state) {
    case 'running':
      return (
        <Fact icon={icon} label={text.speed}>
          <span role="status" className={classes['measuring']}>
            <Loader size={14} aria-hidden="true" />
            {text.measuring}
          </span>
        </Fact>
      )
    case 'unable':
      return (
        <Fact icon={icon} label={text.speed}>
          {words.unable}
        </Fact>
      )
    case 'measured': {
      const millions = speed.millionsPerSecond
      return (
        <Fact
          icon={icon}
          label={text.speed}
          detail={words.paths(format.number(millions, millions < 10 ? 1 : 0), cores)}
        >
          {text.grade[speed.grade]}
        </Fact>
      )
    }
  }
}

function Fact({
  icon,
  label,
  detail = '',
  children,
}: {
  readonly icon: ReactNode
  readonly label: string
  readonly detail?: string
  readonly children: ReactNode
}) {
  return (
    <div className={classes['fact']}>
      <dt className={classes['label']}>
        <span aria-hidden="true" className={classes['icon']}>
          {icon}
        </span>
        {label}
      </dt>
      <dd className={classes['value']}>
        {children}
        {detail !== '' && <span className={classes['detail']}>{detail}</span>}
      </dd>
    </div>
  )
}

/** Memory is sold by powers of two, other than disks. */
function memoryWords(bytes: number, format: Format): string {
  const gibibytes = bytes / 2 ** 30
  return `${format.number(gibibytes, gibibytes < 8 ? 1 : 0)} GB`
}
