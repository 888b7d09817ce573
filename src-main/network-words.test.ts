import { expect, it } from 'vitest'
import { JOIN_ADDRESS_LENGTH_MAX, JOIN_THROUGH_MAX } from '#contract'
import { loadMessages } from '#text'
import { RELAY_BYTES_PER_S, RELAY_PAIR_BYTES_PER_DAY, RELAY_PAIR_BYTES_PER_S } from './network/limits.ts'
import { createNetworkChoices, JOIN_MAX } from './network/network-choices.ts'

it('[H27] Settings say what relaying costs as it is bounded', async () => {
  for (const language of ['en', 'de'] as const) {
    const { relayText } = (await loadMessages(language)).settings.network.choices
    expect(relayText).toContain(`${RELAY_BYTES_PER_S / (1 << 20)} MiB`)
    expect(relayText).toContain(`${RELAY_PAIR_BYTES_PER_S / (1 << 10)} KiB`)
    expect(relayText).toContain(`${RELAY_PAIR_BYTES_PER_DAY / (1 << 20)} MiB`)
  }
})

it('[H27] a list to join through that the contract lets in is one that a peer keeps', () => {
  expect(JOIN_THROUGH_MAX).toBe(JOIN_MAX)
  let kept: unknown
  const choices = createNetworkChoices({
    settings: { read: () => undefined, write: (_key, value) => void (kept = value) },
    transport: { setRelaying: () => undefined, joinThrough: () => undefined },
    mapper: {
      start: () => undefined,
      stop: () => Promise.resolve(),
      state: () => ({ state: 'off' }),
      onChange: () => () => undefined,
    },
    relayDefault: 'off',
  })
  const longest = `/dns4/${'a'.repeat(JOIN_ADDRESS_LENGTH_MAX)}`
  const peer = '/tcp/1/p2p/12D3KooWEyopopk75ryrMRLRrLEFXRSfQ4aKqLoBo9h8HDTNqCUR'
  const address = `${longest.slice(0, JOIN_ADDRESS_LENGTH_MAX - peer.length)}${peer}`
  choices.setJoinThrough([address])
  expect(kept).toEqual([address])
})
