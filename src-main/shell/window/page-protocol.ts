import type { UserInterface } from '../../api/transport/user-interface.ts'
import type { Random } from '../../ports/random.ts'
import type { ElectronApi } from '../electron-api.ts'
import { isOwnPage, PAGE_SCHEME } from './window-policy.ts'

/** Bytes of a page's nonce: 128 bits, as the policy's standard asks. */
const NONCE_BYTES = 16

/** Makes the pages' scheme an origin like https is. To be called before Electron is ready. */
export function registerPageScheme({ protocol }: Pick<ElectronApi, 'protocol'>): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: PAGE_SCHEME,
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    },
  ])
}

/** Serves the user interface to the window, with the same policy as the headless host's. */
export function servePages(
  { protocol }: Pick<ElectronApi, 'protocol'>,
  userInterface: UserInterface | undefined,
  random: Random,
): void {
  protocol.handle(PAGE_SCHEME, (request) => answer(request, userInterface, random))
}

function answer(request: Request, userInterface: UserInterface | undefined, random: Random): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD') return plain(405, 'only GET and HEAD')
  if (!isOwnPage(request.url)) return plain(404, 'not here')
  if (userInterface === undefined) return plain(503, 'The user interface is not built: npm run build:ui')
  const nonce = Buffer.from(random.bytes(NONCE_BYTES)).toString('base64url')
  const file = userInterface.answer(new URL(request.url).pathname, nonce)
  if (file === undefined) return plain(404, 'not here')
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(file.body), { headers: file.headers })
}

function plain(status: number, text: string): Response {
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }
  return new Response(`${text}\n`, { status, headers })
}
