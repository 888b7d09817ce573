import type { SharingNow } from '#contract'

/** The state that the icon in the tray shows. */
export const TRAY_STATES = ['sharing', 'working', 'paused', 'offline', 'problem'] as const
export type TrayState = (typeof TRAY_STATES)[number]

/** The facts that the icon's state follows from. */
export interface TrayFacts {
  /** Whether the peer was last heard of without a failure since. */
  readonly isPeerHeard: boolean
  /** Whether this machine has a network at all. */
  readonly isOnline: boolean
  /** Absent until the peer has told it. */
  readonly sharing: SharingNow | undefined
  /** Whether something is computed here, own or others'; holds for seconds, so that the icon does not flicker between units. */
  readonly isWorking: boolean
}

/**
 * The state of the tray's icon. A problem comes first; work that is going on comes before
 * sharing that is paused, because own work goes on in a pause.
 */
export function trayState({ isPeerHeard, isOnline, sharing, isWorking }: TrayFacts): TrayState {
  if (!isPeerHeard) return 'problem'
  if (isWorking) return 'working'
  if (!isOnline) return 'offline'
  switch (sharing?.kind) {
    case 'sharing':
    case 'measuring':
    case 'finishing':
    case undefined:
      return 'sharing'
    case 'off':
    case 'outside-hours':
    case 'paused-by-user':
    case 'paused-by-rule':
    case 'disk-full':
      return 'paused'
  }
}

/**
 * The file of a state's icon below `assets/tray`. macOS colours its own template images; Windows wants every size in one
 * file. The larger sizes (`@2x`) are found by their names.
 */
export function trayImageFile(state: TrayState, platform: NodeJS.Platform): string {
  if (platform === 'darwin') return `${state}Template.png`
  return platform === 'win32' ? `${state}.ico` : `${state}.png`
}
