/** The sharing after its mode is changed. Pure. */
import type { ComputeResource, HardwareInfo, Sharing, WeekPlan } from '#contract'
import type { Mode } from './mode-choice.tsx'
import { blocksOf, cellsOf, paint } from '../week/week-paint.ts'
import { presetSpans } from '../week/week-presets.ts'

/** Disk is told as it is sold. */
const GB = 1e9
/** Disk for files of work on a disk that has more: the peer's own bound unless its user says otherwise. */
const DISK_GB_USUAL = 20
const GIB = 2 ** 30
/** As a first start shares: all cores but one, so that the PC stays pleasant, and half of the memory. */
const CORES_KEPT = 1
const RAM_SHARE = 0.5
/** The middle: after blocks that the user gave a higher priority. */
const PRIORITY = 0.5

/** Settings of the modes that are not in force, so that returning to a mode restores them. */
export interface Remembered {
  readonly resources?: ComputeResource
  readonly plan?: WeekPlan
}

/** The sharing in another mode, with what was shared before in that mode or in the present one. */
export function inMode(
  mode: Mode,
  now: Sharing,
  remembered: Remembered,
  machine: { readonly hardware: HardwareInfo | undefined; readonly zone: string },
): Sharing {
  const resources = resourcesOf(now) ?? remembered.resources ?? usualResources(machine.hardware)
  switch (mode) {
    case 'never':
      return { kind: 'never' }
    case 'always':
      return { kind: 'always', resources, priority: PRIORITY }
    case 'week':
      return {
        kind: 'week',
        plan:
          remembered.plan === undefined
            ? newPlan(resources, machine.zone)
            : { ...remembered.plan, resources },
      }
  }
}

/** Adds a sharing's resources and plan to those remembered before. */
export function remembering(before: Remembered, sharing: Sharing): Remembered {
  const resources = resourcesOf(sharing) ?? before.resources
  const plan = sharing.kind === 'week' ? sharing.plan : before.plan
  return { ...(resources && { resources }), ...(plan && { plan }) }
}

/** How much is shared where nothing says otherwise. */
export function resourcesOf(sharing: Sharing): ComputeResource | undefined {
  switch (sharing.kind) {
    case 'always':
      return sharing.resources
    case 'week':
      return sharing.plan.resources
    case 'slots':
      return sharing.slots[0]?.resources
    case 'never':
      return undefined
  }
}

/** The same sharing with so much of it. */
export function withResources(sharing: Sharing, resources: ComputeResource): Sharing {
  switch (sharing.kind) {
    case 'always':
      return { ...sharing, resources }
    case 'week':
      return { ...sharing, plan: { ...sharing.plan, resources } }
    case 'never':
    case 'slots':
      return sharing
  }
}

function newPlan(resources: ComputeResource, zone: string): WeekPlan {
  const blocks = blocksOf(paint(cellsOf([]), presetSpans('nights-and-weekends'), {}))
  return { time_zone: zone, resources, priority: PRIORITY, blocks, exceptions: [] }
}

function usualResources(hardware: HardwareInfo | undefined): ComputeResource {
  if (hardware === undefined) return { cpu_cores: 1, ram_gb: 1 }
  const disk_gb = Math.min(DISK_GB_USUAL, Math.floor(hardware.disk.free_bytes / GB))
  return {
    cpu_cores: Math.max(1, hardware.cpu.cores - CORES_KEPT),
    ram_gb: Math.max(0.5, Math.round(((hardware.ram_bytes * RAM_SHARE) / GIB) * 2) / 2),
    ...(disk_gb > 0 ? { disk_gb } : {}),
  }
}
