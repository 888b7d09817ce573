import type { Command } from 'commander'
import type { ComputeResource, HardwareInfo, NodeInfo } from '#contract'
import { openInBrowser } from '../daemon/browser.ts'
import { dataFolder } from '../daemon/data-folder.ts'
import { newCommand, print, withPeer, type CommonOptions } from '../daemon/peer-command.ts'
import { factsText } from '../output/table.ts'
import type { Terminal } from '../output/terminal.ts'
import { bytesText, fuelLimitText } from '../output/units-text.ts'

/** Commands on the running peer and its machine: `stop`, `info`, `ui`, `hardware`. */
export function nodeCommands(terminal: Terminal): Command[] {
  return [
    newCommand('stop', 'stop the peer', 'meshctl stop').action(async (options: CommonOptions) => {
      await withPeer(options, (calls) => calls.node.stop())
      print(terminal, options, { stopped: true }, () => 'the peer stops\n')
    }),
    newCommand('info', 'show the peer', 'meshctl info').action(async (options: CommonOptions) => {
      const info = await withPeer(options, (calls) => calls.node.info())
      print(terminal, options, info, () => infoText(info))
    }),
    newCommand('ui', 'open the user interface in a browser', 'meshctl ui').action(
      async (options: CommonOptions) => {
        const link = await withPeer(options, (calls) => calls.node.openUi())
        print(terminal, options, link, () => `open within ten minutes, in one browser: ${link.url}\n`)
        await openInBrowser(link.url, dataFolder(options.data))
      },
    ),
    newCommand('hardware', 'show what this machine is', 'meshctl hardware --refresh')
      .option('--refresh', 'measure again')
      .action(async (options: CommonOptions & { refresh?: boolean }) => {
        const refresh = options.refresh ?? false
        const hardware = await withPeer(options, (calls) => calls.hardware.get({ refresh }))
        print(terminal, options, hardware, () => hardwareText(hardware))
      }),
  ]
}

function infoText(info: NodeInfo): string {
  return factsText([
    ['name', `${info.name} (${info.short_name})`],
    ['peer', info.peer_id],
    ['version', info.version],
    ['process', `${info.pid}, ${bytesText(info.rss_bytes)}`],
    ['addresses', info.addresses.join(' ') || 'none'],
    ['shares', sharingText(info.sharing)],
    ['runs', info.algorithms.map((a) => `${a.algorithm_id} ${a.version}`).join(', ') || 'not measured yet'],
    ['lends', `modules up to ${fuelLimitText(info.lent.fuel)} units of fuel (meshctl limits)`],
    ['walled in', wallText(info.wall)],
    ['people', `${info.contacts}, ${info.connections.length} connected`],
    ['rounds', roundText(info.round)],
    ['moved', `${bytesText(info.traffic.bytes_in)} in, ${bytesText(info.traffic.bytes_out)} out`],
    ['blobs', `${bytesText(info.blobs.bytes)} of ${bytesText(info.blobs.quota_bytes)}`],
  ])
}

/** How this peer's rounds reach people. */
function roundText({ number, phases, convergence }: NodeInfo['round']): string {
  const { last, open } = convergence
  return [
    `${number}${phases.length === 0 ? '' : ` (${phases.join(', ')})`}`,
    ...(last === undefined
      ? []
      : [
          `the last reached ${last.people} within ${(last.took_ms / 1_000).toFixed(1)} s, in ${last.messages} messages`,
        ]),
    ...(open === undefined ? [] : [`${open.missing.length} have not told of round ${open.round}`]),
  ].join('; ')
}

function wallText(wall: NodeInfo['wall']): string {
  if (wall.kind === 'none') return `by Node's permissions only: ${wall.why}`
  return 'by bubblewrap: no network, no home, no other process'
}

function sharingText(sharing: NodeInfo['sharing']): string {
  switch (sharing.kind) {
    case 'never':
      return 'nothing'
    case 'always':
      return `${amountsText(sharing.resources)}, always`
    case 'slots':
      return `${sharing.slots.length} slots`
    case 'week': {
      const { plan } = sharing
      return `${plan.resources.cpu_cores} cores in ${plan.blocks.length} stretches of the week (${plan.time_zone})`
    }
  }
}

/** The shared amount of each resource; resources that are not shared are left out. */
function amountsText({ cpu_cores, ram_gb, disk_gb, gpu_vram_gb }: ComputeResource): string {
  const gigabytes = (amount: number): string => `${Number(amount.toFixed(1))} GB`
  return [
    `${cpu_cores} cores`,
    gigabytes(ram_gb),
    ...(disk_gb === undefined ? [] : [`${gigabytes(disk_gb)} of disk`]),
    ...(gpu_vram_gb === undefined ? [] : [`${gigabytes(gpu_vram_gb)} of graphics memory`]),
  ].join(', ')
}

function hardwareText({ hostname, os, cpu, ram_bytes, disk, gpus, link_mbps }: HardwareInfo): string {
  const gpuText = ({ name, vram_bytes }: HardwareInfo['gpus'][number]): string =>
    vram_bytes === undefined ? name : `${name}, ${bytesText(vram_bytes)}`
  return factsText([
    ['machine', `${hostname}, ${os}`],
    ['cpu', `${cpu.name}, ${cpu.cores} threads on ${cpu.physical_cores} cores${speedText(cpu.speed_ghz)}`],
    ['memory', bytesText(ram_bytes)],
    ['disk', `${bytesText(disk.free_bytes)} free of ${bytesText(disk.total_bytes)} at ${disk.path}`],
    ['gpu', gpus.map(gpuText).join('; ') || 'none found'],
    ['network', link_mbps === undefined ? 'the driver does not tell how fast' : `${link_mbps} Mbit/s link`],
  ])
}

/** Virtual machines often do not tell. */
function speedText(ghz: number): string {
  return ghz > 0 ? `, ${ghz} GHz` : ''
}
