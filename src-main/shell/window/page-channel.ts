import type * as Electron from 'electron'
import { bridgePort } from '../../api/transport/port-bridge.ts'
import type { Endpoint } from '../../api/transport/endpoint-file.ts'
import type { ElectronApi } from '../electron-api.ts'
import { isOwnPage } from './window-policy.ts'

/** The message by which the page asks for its port; the preload has the same. */
const REQUEST = 'meshwork:request-port'
/** The message with which the port comes. */
const ANSWER = 'meshwork:port'

/**
 * Hands a port to the peer's API to our own page when it asks, and to no other page: the only message that the shell takes
 * from a page. A page has one port at a time.
 *
 * @param endpoint where the peer is now; undefined while it is not running
 * @returns to be called when the peer runs: hands out the ports that were asked for before
 */
export function servePorts(
  electron: Pick<ElectronApi, 'ipcMain' | 'MessageChannelMain'>,
  endpoint: () => Pick<Endpoint, 'url' | 'token'> | undefined,
): () => void {
  /** The last request of each page while there was no peer, by the page's id. */
  const waiting = new Map<number, Electron.IpcMainEvent>()
  /** How to end the port of a page, by the page's id. */
  const open = new Map<number, () => void>()

  function hear(event: Electron.IpcMainEvent): void {
    const frame = ownFrame(event)
    if (frame === undefined) return
    const at = endpoint()
    if (at === undefined) {
      waiting.set(event.sender.id, event)
      event.sender.once('destroyed', () => waiting.delete(event.sender.id))
      return
    }
    open.get(event.sender.id)?.()
    const { port1, port2 } = new electron.MessageChannelMain()
    frame.postMessage(ANSWER, null, [port2])
    open.set(event.sender.id, bridgePort(port1, at))
    event.sender.once('destroyed', () => {
      open.get(event.sender.id)?.()
      open.delete(event.sender.id)
    })
  }

  electron.ipcMain.on(REQUEST, hear)
  return () => {
    const asked = [...waiting.values()]
    waiting.clear()
    for (const event of asked) hear(event)
  }
}

/** The frame that a message came from if it is our page itself: no frame inside it, and no other site's page. */
function ownFrame({ senderFrame }: Electron.IpcMainEvent): Electron.WebFrameMain | undefined {
  if (senderFrame?.parent !== null) return undefined
  return isOwnPage(senderFrame.url) ? senderFrame : undefined
}
