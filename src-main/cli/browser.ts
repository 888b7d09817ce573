import open from 'open'

/** Whether somebody sits before this machine's screen: on Linux only where there is a display. */
export function hasScreen(
  environment: Readonly<Record<string, string | undefined>>,
  platform: string,
): boolean {
  if (environment['SSH_CONNECTION'] !== undefined) return false
  if (platform === 'darwin' || platform === 'win32') return true
  return [environment['DISPLAY'], environment['WAYLAND_DISPLAY']].some((display) => (display ?? '') !== '')
}

/** Opens a link in the user's browser, if there is a screen. The link was printed too, so that a failure is no loss. */
export async function openInBrowser(url: string): Promise<void> {
  if (!hasScreen(process.env, process.platform)) return
  try {
    const child = await open(url)
    child.on('error', () => undefined)
  } catch {
    // No browser, or none that can be started from here.
  }
}
