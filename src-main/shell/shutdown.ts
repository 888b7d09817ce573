import type { DesktopState } from './tray/desktop-state.ts'
import type { ElectronApi } from './electron-api.ts'
import type { PeerChild } from './peer/peer-child.ts'
import type { Speech } from './system/language.ts'
import type { TrayIcon } from './tray/tray.ts'
import { quitQuestion } from './tray/quit-question.ts'
import type { MainWindow } from './window/main-window.ts'

/** Ends the program: asks the user if something would be lost, stops the peer, and quits. */
export interface Shutdown {
  /** Begins it; `ask` does nothing where the user chooses to stay. */
  begin(how: 'now' | 'ask'): void
}

/** Everything that ends with the program. */
export interface ShutdownDependencies {
  readonly electron: Pick<ElectronApi, 'app' | 'dialog'>
  readonly tray: TrayIcon
  readonly window: MainWindow
  readonly presence: { readonly state: DesktopState; readonly speech: Speech }
  readonly child: () => PeerChild
  /** A shutdown could not finish. */
  readonly onFailed: (error: unknown) => void
}

/** Creates the program's shutdown, which also takes over Electron's own quit. */
export function createShutdown(dependencies: ShutdownDependencies): Shutdown {
  const { app } = dependencies.electron
  let stage: 'running' | 'asking' | 'stopping' | 'stopped' = 'running'

  const isGoing = (): boolean => stage === 'stopping' || stage === 'stopped'

  async function go(how: 'now' | 'ask'): Promise<void> {
    if (isGoing() || (stage === 'asking' && how === 'ask')) return
    if (how === 'ask') {
      stage = 'asking'
      const isSure = await mayQuit(dependencies)
      // Meanwhile it may have been told to go now.
      if (isGoing()) return
      stage = 'running'
      if (!isSure) return
    }
    stage = 'stopping'
    dependencies.window.close()
    await dependencies.child().stop()
    dependencies.tray.destroy()
    stage = 'stopped'
    app.quit()
  }

  const begin = (how: 'now' | 'ask'): void => {
    go(how).catch(dependencies.onFailed)
  }
  app.on('before-quit', (event) => {
    if (stage === 'stopped') return
    event.preventDefault()
    begin('ask')
  })
  return { begin }
}

/** Whether nothing would be lost, or the user is sure. */
async function mayQuit({ electron, presence }: ShutdownDependencies): Promise<boolean> {
  const { messages, format } = presence.speech
  const question = quitQuestion(messages, format, presence.state)
  if (question === undefined) return true
  const { quit, stay } = messages.tray.quitDialog
  const { response } = await electron.dialog.showMessageBox({
    type: 'question',
    message: question.title,
    detail: question.detail,
    buttons: [quit, stay],
    defaultId: 1,
    cancelId: 1,
  })
  return response === 0
}
