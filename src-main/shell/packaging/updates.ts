import type { AppUpdater } from 'electron-updater'
import { z } from 'zod'
import type { Clock } from '../../ports/clock.ts'
import type { SignatureCheck } from './update-signature.ts'

/** How often it is asked whether there is something newer, beside every start. */
const CHECK_EVERY_MS = 6 * 3_600_000

/** Where updates come from, and who signs them: what electron-updater reads, inside the shell's archive. */
export const UPDATE_SOURCE = 'app-update.yml'

/** The functions of the updater that are used. */
export type UpdaterParts = Pick<AppUpdater, 'checkForUpdates' | 'on'> & {
  autoDownload: boolean
  autoInstallOnAppQuit: boolean
  allowDowngrade: boolean
  disableWebInstaller: boolean
  updateConfigPath: string | null
  /** Of Windows' updater alone: null for an installer that may be run, else why not. */
  verifyUpdateCodeSignature?: SignatureCheck
}

/** The settings with which updates are looked for. */
export interface UpdateOptions {
  readonly updater: UpdaterParts
  readonly clock: Clock
  readonly platform: NodeJS.Platform
  /** The file `UPDATE_SOURCE`. */
  readonly source: string
  /** Whole subjects of the certificates that updates are signed with; empty where this package names none. */
  readonly publishers: readonly string[]
  /** Windows' own verdict of an installer. */
  readonly checkSignature: SignatureCheck
  /** There is a newer version, which is not installed by itself. Called once per version. */
  readonly onNewer: (version: string) => void
  /** One line for the log. */
  readonly report: (line: string) => void
}

/** A server's description of an update, as far as it is shown. */
const UpdateInfo = z.object({ version: z.string().regex(/^\d[\w.+-]{0,63}$/) })

/**
 * Whether an update is fetched and installed, or only told of. Installed is only what the system checks a signature of:
 * Windows' updater by `checkSignature`, macOS' by the signature of the program that runs; and only where the package says
 * who signs. AppImage and deb are installed by electron-updater without any signature, so there it is told of.
 */
export function updatePolicy(platform: NodeJS.Platform, publishers: readonly string[]): 'install' | 'tell' {
  const isChecked = platform === 'win32' || platform === 'darwin'
  return isChecked && publishers.length > 0 ? 'install' : 'tell'
}

/**
 * Looks for updates in the channel that the package was built for. Where their signature is checked, they are fetched in
 * the background and installed when the program quits: nothing is interrupted. Elsewhere nothing is fetched. What cannot
 * be looked up is tried again at the next time.
 *
 * @returns ends it
 */
export function watchForUpdates(options: UpdateOptions): () => void {
  const { updater, clock, publishers, platform, report } = options
  const policy = updatePolicy(platform, publishers)
  updater.autoDownload = policy === 'install'
  updater.autoInstallOnAppQuit = policy === 'install'
  updater.allowDowngrade = false
  // A package that an installer fetches later has no signature of its own.
  updater.disableWebInstaller = true
  // Its own place is beside the archive, where no integrity is checked; without names it would check no signature.
  updater.updateConfigPath = options.source
  if (platform === 'win32') {
    // Not the names that electron-updater read: the shell's own. Its own check passes where PowerShell does not answer.
    updater.verifyUpdateCodeSignature = (_names, path) => options.checkSignature(publishers, path)
  }
  // Without a listener an update that fails would end the program.
  updater.on('error', (error) => report(`no update: ${error.message.split('\n', 1)[0] ?? ''}`))
  const told = new Set<string>()
  updater.on('update-available', (info) => {
    const newer = UpdateInfo.safeParse(info)
    if (policy === 'install' || !newer.success || told.has(newer.data.version)) return
    told.add(newer.data.version)
    options.onNewer(newer.data.version)
  })
  let endWait: () => void
  const check = (): void => {
    // It is heard of through 'error'.
    updater.checkForUpdates().catch(() => undefined)
    endWait = clock.after(CHECK_EVERY_MS, check)
  }
  check()
  return () => endWait()
}
