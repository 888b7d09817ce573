import { useState } from 'react'
import { Button } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { HardwareInfo, NodeInfo } from '#contract'
import type { Format } from '#text'
import { useAction, useCalls, useQuery } from '../../connection/calls.tsx'
import { useMeasuredInfo } from '../../state/measured-info.ts'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { Facts, type Fact } from '../../ui/layout/facts.tsx'
import { FaultNotice } from '../../ui/notices/fault-notice.tsx'
import { Meter } from '../../ui/charts/meter.tsx'
import { Section } from '../../ui/layout/section.tsx'
import { SkeletonList } from '../../ui/layout/skeleton-list.tsx'
import classes from './settings.module.css'

/** From this share on the disk that blobs may take is nearly used up. */
const NEARLY_FULL = 0.9

/** This PC's hardware, and how much of its disk Meshwork takes. */
export function HardwareSections({ info: known }: { readonly info: NodeInfo }) {
  const info = useMeasuredInfo() ?? known
  const { hardware: words } = useText().settings
  const format = useFormat()
  const calls = useCalls()
  const run = useAction()
  const hardware = useQuery('hardware', (ask, signal) => ask.hardware.get({}, { signal }))
  const [isMeasuring, setIsMeasuring] = useState(false)
  const measure = async () => {
    setIsMeasuring(true)
    await run(() => calls.hardware.get({ refresh: true }), { success: words.measured })
    setIsMeasuring(false)
    if (hardware.state === 'ready') hardware.refresh()
  }
  if (hardware.state === 'loading') return <SkeletonList rows={2} height={160} />
  if (hardware.state === 'failed') return <FaultNotice message={hardware.message} onRetry={hardware.retry} />
  const machine = hardware.value
  return (
    <>
      <StorageSection info={info} machine={machine} />
      <Section
        title={words.title}
        description={words.measuredAt(format.ago(machine.measured_at_ms))}
        actions={
          <Button
            size="xs"
            loading={isMeasuring}
            leftSection={<IconRefresh size={14} aria-hidden="true" />}
            onClick={() => void measure()}
          >
            {words.measureAgain}
          </Button>
        }
      >
        <MachineFacts machine={machine} info={info} />
      </Section>
    </>
  )
}

function StorageSection({ info, machine }: { readonly info: NodeInfo; readonly machine: HardwareInfo }) {
  const { storage: words } = useText().settings
  const format = useFormat()
  const used = useNode((node) => node.meters?.disk_bytes) ?? info.blobs.bytes
  const quota = useNode((node) => node.meters?.disk_bytes_max) ?? info.blobs.quota_bytes
  return (
    <Section title={words.title}>
      <div className={classes['storage']}>
        <Meter
          label={words.used}
          value={used}
          max={quota}
          figures={words.figures(format.bytes(used), format.bytes(quota))}
          tone={used > quota * NEARLY_FULL ? 'warn' : 'accent'}
        />
        <div className={classes['storage-foot']}>
          <span className={classes['description']}>
            {words.text(format.bytes(machine.disk.free_bytes), format.bytes(machine.disk.total_bytes))}
          </span>
          <Link href="/sharing" className={classes['link'] ?? ''}>
            {words.change}
          </Link>
        </div>
        <Facts facts={[{ name: words.where, value: machine.disk.path }]} />
      </div>
    </Section>
  )
}

function MachineFacts({ machine, info }: { readonly machine: HardwareInfo; readonly info: NodeInfo }) {
  const { hardware: words } = useText().settings
  const format = useFormat()
  const { cpu, disk, gpus, link_mbps } = machine
  const facts: readonly Fact[] = [
    { name: words.system, value: machine.os },
    {
      name: words.processor,
      value: cpu.name,
      more: words.processorCores(
        cpu.cores,
        format.number(cpu.cores),
        cpu.physical_cores,
        format.number(cpu.physical_cores),
      ),
    },
    { name: words.memory, value: memoryWords(format, machine.ram_bytes) },
    {
      name: words.graphics,
      value:
        gpus.length === 0
          ? words.noGraphics
          : gpus
              .map((gpu) =>
                gpu.vram_bytes === undefined
                  ? gpu.name
                  : `${gpu.name}, ${memoryWords(format, gpu.vram_bytes)}`,
              )
              .join('; '),
    },
    {
      name: words.disk,
      value: words.diskFree(format.bytes(disk.free_bytes), format.bytes(disk.total_bytes)),
    },
    {
      name: words.network,
      value: link_mbps === undefined ? words.noLinkSpeed : linkWords(format, link_mbps),
    },
    {
      name: words.speed,
      value:
        info.algorithms.length === 0
          ? words.unmeasured
          : words.kindsOfWork(info.algorithms.length, format.number(info.algorithms.length)),
    },
    {
      name: words.walledIn,
      ...(info.wall.kind === 'none'
        ? { value: words.noWall, more: words.noWallWhy(info.wall.why) }
        : { value: words.bubblewrap }),
    },
  ]
  return <Facts facts={facts} />
}

/** A link's speed as it is sold: `1 Gbit/s`. */
function linkWords(format: Format, mbps: number): string {
  return mbps >= 1_000 ? `${format.number(mbps / 1_000, 1)} Gbit/s` : `${format.number(mbps)} Mbit/s`
}

/** Memory is sold in powers of 1,024, and called GB nevertheless. */
function memoryWords(format: Format, bytes: number): string {
  return `${format.number(bytes / 2 ** 30)} GB`
}
