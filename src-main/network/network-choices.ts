import { z } from 'zod'
import type { PortMapping } from '../ports/port-mapping.ts'
import type { Settings } from '../ports/settings.ts'
import type { RelayChoice, Transport } from '../ports/transport.ts'
import type { PortMapper } from './port-mapping.ts'

const RELAY_KEY = 'relay_for_contacts'
const MAP_KEY = 'map_port'

/** The user's choices about the network, and what came of them. */
export interface NetworkChoices {
  /** Puts what was chosen into effect; the transport has started. */
  start(): void
  /** Whether contacts reach each other through this peer: the user's choice, or what this host does without one. */
  relaying(): RelayChoice
  setRelaying(isAllowed: boolean): void
  /** Whether the home's router lets others in. */
  portMapping(): PortMapping
  /** Whether the router may be asked to. */
  mapsPort(): boolean
  setMapsPort(isAllowed: boolean): void
}

/** What choices are put into effect through. */
export interface NetworkChoicesParts {
  readonly settings: Settings
  readonly transport: Pick<Transport, 'setRelaying'>
  readonly mapper: Pick<PortMapper, 'start' | 'stop' | 'state'>
  /** What this host does where its user chose nothing. */
  readonly relayDefault: RelayChoice
  /** Chosen for this run alone, over what is remembered. */
  readonly relay?: RelayChoice
  readonly mapPort?: boolean
}

/** The choices of one peer; they are remembered. */
export function createNetworkChoices(parts: NetworkChoicesParts): NetworkChoices {
  const { settings, transport, mapper, relayDefault } = parts
  let { relay, mapPort } = parts

  function relaying(): RelayChoice {
    if (relay !== undefined) return relay
    const chosen = settings.read(RELAY_KEY, z.boolean())
    return chosen === undefined ? relayDefault : chosen ? 'on' : 'off'
  }

  const mapsPort = (): boolean => mapPort ?? settings.read(MAP_KEY, z.boolean()) ?? true

  return {
    start() {
      transport.setRelaying(relaying())
      if (mapsPort()) mapper.start()
    },
    relaying,
    setRelaying(isAllowed) {
      relay = undefined
      settings.write(RELAY_KEY, isAllowed)
      transport.setRelaying(relaying())
    },
    portMapping: () => mapper.state(),
    mapsPort,
    setMapsPort(isAllowed) {
      const was = mapsPort()
      mapPort = undefined
      settings.write(MAP_KEY, isAllowed)
      if (isAllowed && !was) mapper.start()
      if (!isAllowed && was) void mapper.stop()
    },
  }
}
