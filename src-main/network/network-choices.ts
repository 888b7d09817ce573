import { z } from 'zod'
import { refuse } from '../protocol/fault.ts'
import type { NetworkChoices } from '../ports/network-choices.ts'
import type { Settings } from '../ports/settings.ts'
import type { RelayChoice, Transport } from '../ports/transport.ts'
import { checkAddresses } from './addresses/multiaddress.ts'
import { createListeners } from './listeners.ts'
import type { PortMapper } from './port-mapping/port-mapping.ts'

const RELAY_KEY = 'relay_for_contacts'
const MAP_KEY = 'map_port'
const JOIN_KEY = 'join_through'
/** Addresses to join the network through: one peer is enough, and some may be away. */
export const JOIN_MAX = 16
const JoinThrough = z.array(z.string().max(300)).max(JOIN_MAX)

/** Dependencies of the network choices. */
export interface NetworkChoicesDependencies {
  readonly settings: Settings
  readonly transport: Pick<Transport, 'setRelaying' | 'joinThrough'>
  readonly mapper: Pick<PortMapper, 'start' | 'stop' | 'state' | 'onChange'>
  /** The default of this host where its user chose nothing. */
  readonly relayDefault: RelayChoice
  /** Chosen for this run alone, over what is remembered. */
  readonly relay?: RelayChoice
  readonly mapPort?: boolean
}

/** The choices of one peer. */
export function createNetworkChoices(dependencies: NetworkChoicesDependencies): NetworkChoices {
  const { settings, transport, mapper, relayDefault } = dependencies
  let { relay, mapPort } = dependencies
  const changes = createListeners()

  function relaying(): RelayChoice {
    if (relay !== undefined) return relay
    const chosen = settings.read(RELAY_KEY, z.boolean())
    return chosen === undefined ? relayDefault : chosen ? 'on' : 'off'
  }

  const mapsPort = (): boolean => mapPort ?? settings.read(MAP_KEY, z.boolean()) ?? true
  const joinThrough = (): readonly string[] => settings.read(JOIN_KEY, JoinThrough) ?? []

  return {
    start() {
      transport.setRelaying(relaying())
      transport.joinThrough(joinThrough())
      if (mapsPort()) mapper.start()
    },
    relaying,
    setRelaying(isAllowed) {
      relay = undefined
      settings.write(RELAY_KEY, isAllowed)
      transport.setRelaying(relaying())
      changes.tell()
    },
    portMapping: () => mapper.state(),
    mapsPort,
    setMapsPort(isAllowed) {
      const was = mapsPort()
      mapPort = undefined
      settings.write(MAP_KEY, isAllowed)
      if (isAllowed && !was) mapper.start()
      if (!isAllowed && was) void mapper.stop()
      changes.tell()
    },
    joinThrough,
    setJoinThrough(addresses) {
      const list = [...new Set(addresses.map((address) => address.trim()))]
      if (list.length > JOIN_MAX)
        refuse('bad-input', `${list.length} addresses to join through, at most ${JOIN_MAX}`)
      checkAddresses({ listen: [], bootstrap: list })
      settings.write(JOIN_KEY, list)
      transport.joinThrough(list)
      changes.tell()
    },
    onChange(listener) {
      const ends = [changes.on(listener), mapper.onChange(listener)]
      return () => ends.forEach((end) => end())
    },
  }
}
