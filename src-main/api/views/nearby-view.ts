import type { NearbyNow, NearbyTry } from '#contract'
import type { NearbyAttempt, NearbyStage } from '../../peer/pairing/nearby-pairing.ts'
import type { ApiDependencies } from '../dependencies.ts'

/** The PCs nearby, as the user interface shows them. */
export interface NearbyView {
  now(): NearbyNow
  tryOf(attempt: NearbyAttempt): NearbyTry
}

/** The view over a running peer. */
export function createNearbyView({
  nearby,
  spelling,
}: Pick<ApiDependencies, 'nearby' | 'spelling'>): NearbyView {
  function tryOf({ peer, name, role, at, expiresAtMs }: NearbyAttempt): NearbyTry {
    return {
      peer_id: peer,
      name,
      short_name: spelling.shortNameOf(peer),
      direction: role === 'initiator' ? 'outgoing' : 'incoming',
      state: stateOf(at),
      expires_at_ms: Math.round(expiresAtMs),
    }
  }

  return {
    tryOf,
    now: () => ({
      visible: nearby.isVisible(),
      pcs: [...nearby.pcs()]
        .map(([peer_id, name]) => ({ peer_id, name, short_name: spelling.shortNameOf(peer_id) }))
        .sort((a, b) => a.name.localeCompare(b.name) || a.peer_id.localeCompare(b.peer_id)),
      // Of a try that may still come to nothing unseen the user is told when there is a number.
      tries: nearby
        .attempts()
        .filter(({ at }) => at.stage !== 'asked')
        .map(tryOf),
    }),
  }
}

function stateOf(at: NearbyStage): NearbyTry['state'] {
  switch (at.stage) {
    case 'asking':
    case 'asked':
      return { kind: 'asking' }
    case 'comparing':
      return { kind: 'comparing', number: at.number, confirmed: at.mine !== undefined }
    case 'ended':
      return { kind: 'ended', how: at.how, by_them: at.byThem }
  }
}
