import { TopicValidatorResult, type GossipSub, type Message } from '@libp2p/gossipsub'
import { refuse } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { ENVELOPE_BYTES_MAX } from '../../protocol/limits.ts'
import type { TopicListener, Transport } from '../../ports/transport.ts'

/** Gossip topics and who listens to them here. */
export interface Topics {
  /** Subscribes at a node that has started to everything that was subscribed to before. */
  attach(pubsub: GossipSub): void
  detach(): void
  readonly publish: Transport['publish']
  readonly subscribe: Transport['subscribe']
}

/** Topics without a node; subscriptions outlive the node's stop and start. */
export function createTopics(onDefect: (error: unknown) => void): Topics {
  const listeners = new Map<string, Set<TopicListener>>()
  let attached: GossipSub | undefined

  /** Asks all listeners; the message is passed on unless one refuses or keeps it. They are told here, once per message. */
  const judge = (message: Message): TopicValidatorResult => {
    let verdict = TopicValidatorResult.Accept
    // A copy: a listener that keeps a small message must not keep the network's whole buffer with it.
    const bytes = new Uint8Array(message.data)
    for (const listener of listeners.get(message.topic) ?? []) {
      try {
        const answer = listener(bytes)
        if (answer === 'refused') verdict = TopicValidatorResult.Reject
        else if (answer === 'kept' && verdict === TopicValidatorResult.Accept)
          verdict = TopicValidatorResult.Ignore
      } catch (error) {
        onDefect(error)
      }
    }
    return verdict
  }
  const join = (pubsub: GossipSub, topic: string) => {
    pubsub.topicValidators.set(topic, (_from, message) => judge(message))
    pubsub.subscribe(topic)
  }

  return {
    attach(pubsub) {
      attached = pubsub
      for (const topic of listeners.keys()) join(pubsub, topic)
    },
    detach() {
      attached = undefined
    },
    async publish(topic, bytes) {
      if (bytes.byteLength > ENVELOPE_BYTES_MAX) {
        refuse('oversized', `${bytes.byteLength} bytes to publish, limit ${ENVELOPE_BYTES_MAX}`)
      }
      const { recipients } = (await attached?.publish(topic, bytes)) ?? { recipients: [] }
      return recipients.map((peer) => peer.toString() as PeerId)
    },
    subscribe(topic, listener) {
      const known = listeners.get(topic)
      // A wrapper of its own, so that one function may listen twice and stop once.
      const entry: TopicListener = (bytes) => listener(bytes)
      if (known !== undefined) known.add(entry)
      else {
        listeners.set(topic, new Set([entry]))
        if (attached !== undefined) join(attached, topic)
      }
      return () => {
        const current = listeners.get(topic)
        if (current?.delete(entry) !== true || current.size > 0) return
        listeners.delete(topic)
        attached?.topicValidators.delete(topic)
        attached?.unsubscribe(topic)
      }
    },
  }
}
