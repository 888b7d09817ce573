/** The facts that decide whether Electron can run at all. */
export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  /** Whether this process belongs to the superuser. */
  readonly isRoot: boolean
}

/** Why Electron cannot run here, as the beginning of a sentence; undefined when nothing speaks against it. */
export function electronObstacle({ platform, env, isRoot }: Surroundings): string | undefined {
  if (platform !== 'linux') return undefined
  if ((env['DISPLAY'] ?? '') === '' && (env['WAYLAND_DISPLAY'] ?? '') === '')
    return 'there is no display here'
  // Its sandbox refuses, and without it pages of the program would be one step from this user's files.
  return isRoot ? 'Electron does not run as root' : undefined
}
