/**
 * The whole access of the window's page to the desktop: it may ask for a port to the peer's API, which arrives as a
 * message. Runs sandboxed, before the page.
 */
import { contextBridge, ipcRenderer } from 'electron'

/** The page's own window; this file is checked without the types of a browser. */
declare const window: { postMessage(message: string, origin: string, ports: unknown[]): void }

ipcRenderer.on('meshwork:port', (event) => window.postMessage('meshwork:port', '/', event.ports as unknown[]))
contextBridge.exposeInMainWorld('meshworkHost', {
  requestPort: () => ipcRenderer.send('meshwork:request-port'),
})
