import type * as Electron from 'electron'
import type { ContentsApi, ElectronApi, SessionApi } from '../electron-api.ts'
import { isOwnPage, mayHave, mayOpenOutside } from './window-policy.ts'

/** Denies pages every permission that they do not need. */
export function guardSession(session: SessionApi): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) => {
    callback(mayHave(permission, requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    mayHave(permission, requestingOrigin),
  )
  session.setDevicePermissionHandler(() => false)
}

/**
 * Keeps a page where it is: it goes nowhere else, opens no windows and embeds nothing. Links that the list allows open
 * in the user's browser.
 */
export function guardContents(contents: ContentsApi, { shell }: Pick<ElectronApi, 'shell'>): void {
  contents.setWindowOpenHandler(({ url }) => {
    // A browser that does not open is seen by the user, and nothing to us.
    if (mayOpenOutside(url)) shell.openExternal(url).catch(() => undefined)
    return { action: 'deny' }
  })
  const stay = (event: Electron.Event & { readonly url: string }): void => {
    if (!isOwnPage(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
}
