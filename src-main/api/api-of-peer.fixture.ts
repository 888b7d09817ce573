import { join } from 'node:path'
import type { AssembledPeer } from '../assemble.ts'
import { decodeInvite, encodeInvite, inviteLink } from '../network/identity/invite-code.ts'
import { shortNameOf } from '../network/identity/peer-name.ts'
import { createApi, type Api } from './api.ts'
import type { ApiDependencies } from './dependencies.ts'

/** The API over a peer of a test, as the headless host makes it. */
export function apiOfPeer(
  peer: AssembledPeer,
  folder: string,
  told: Pick<ApiDependencies, 'report'> & Partial<Pick<ApiDependencies, 'requestStop'>>,
): Api {
  return createApi({
    requestStop: () => undefined,
    ...told,
    ...peer,
    spelling: {
      shortNameOf,
      encodeInvite: (invite) => ({ code: encodeInvite(invite), link: inviteLink(invite) }),
      decodeInvite,
    },
    uploadsFolder: join(folder, 'uploads'),
    version: '1.2.3',
    host: 'headless',
  })
}
