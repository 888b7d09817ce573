import type { Sharing } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { TrayCommand } from './tray-menu.ts'

/** Everything that the tray's commands use. */
export interface TrayActions {
  readonly calls: Pick<ApiCalls, 'node' | 'sharing'>
  /** The sharing that was switched off here, kept across restarts; undefined if it never was. */
  readonly recallSharing: () => Sharing | undefined
  readonly rememberSharing: (sharing: Sharing) => Promise<void>
  /** Opens the window at a screen of the user interface. */
  readonly open: (screen: '/sharing') => void
}

/** A command for the peer; the others are for the shell itself. */
export type PeerCommand = Exclude<TrayCommand, { kind: 'open' | 'quit' }>

/** Lets the peer perform a command. @throws the fault of its call */
export async function performTrayCommand(command: PeerCommand, actions: TrayActions): Promise<void> {
  const { calls } = actions
  switch (command.kind) {
    case 'share':
      await (command.on ? shareAgain(actions) : shareNothing(actions))
      return
    case 'pause':
      await calls.sharing.pause({
        finish_first: command.finishFirst,
        ...(command.minutes === undefined ? {} : { minutes: command.minutes }),
      })
      return
    case 'resume':
      await calls.sharing.resume()
      return
    case 'share-anyway':
      await calls.sharing.shareAnyway({ rule: command.rule })
      return
  }
}

async function shareNothing({ calls, rememberSharing }: TrayActions): Promise<void> {
  const { sharing } = await calls.node.info()
  if (sharing.kind === 'never') return
  await rememberSharing(sharing)
  await calls.node.setAvailability({ sharing: { kind: 'never' } })
}

/** Shares as before. If nothing was ever shared, opens the screen to choose it. */
async function shareAgain({ calls, recallSharing, open }: TrayActions): Promise<void> {
  const sharing = recallSharing()
  if (sharing === undefined) open('/sharing')
  else await calls.node.setAvailability({ sharing })
}
