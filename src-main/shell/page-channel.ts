import type * as Electron from 'electron'
import { bridgePort } from '../api/port-bridge.ts'
import type { Endpoint } from '../api/endpoint-file.ts'
import type { ElectronParts } from './electron-parts.ts'
import { isOwnPage } from './window-policy.ts'

/** What the page asks for its port with; the preload says the same. */
const REQUEST = 'meshwork:request-port'
/** What the port comes with. */
const ANSWER = 'meshwork:port'

/**
 * Hands a port to the peer's API to our own page when it asks, and to nobody else: the only message that the shell takes
 * from a page. A page has one port at a time.
 *
 * @param endpoint where the peer is now; undefined while it is not running, and then nothing is handed out: the page
 *   asks again
 */
export function servePorts(
  electron: Pick<ElectronParts, 'ipcMain' | 'MessageChannelMain'>,
  endpoint: () => Pick<Endpoint, 'url' | 'token'> | undefined,
): void {
  /** How to end the port of a page, by the page's id. */
  const open = new Map<number, () => void>()
  electron.ipcMain.on(REQUEST, (event) => {
    const frame = ownFrame(event)
    const at = endpoint()
    if (frame === undefined || at === undefined) return
    open.get(event.sender.id)?.()
    const { port1, port2 } = new electron.MessageChannelMain()
    frame.postMessage(ANSWER, null, [port2])
    open.set(event.sender.id, bridgePort(port1, at))
    event.sender.once('destroyed', () => {
      open.get(event.sender.id)?.()
      open.delete(event.sender.id)
    })
  })
}

/** The frame that a message came from if it is our page itself: no frame inside it, and no page of somebody else. */
function ownFrame({ senderFrame }: Electron.IpcMainEvent): Electron.WebFrameMain | undefined {
  if (senderFrame?.parent !== null) return undefined
  return isOwnPage(senderFrame.url) ? senderFrame : undefined
}
