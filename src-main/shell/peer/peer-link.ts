import { connectApi, type ApiCalls, type ApiClient } from '../../api/transport/client.ts'
import type { Endpoint } from '../../api/transport/endpoint-file.ts'
import type { NodeNews } from '#contract'

/** Listeners to a peer. */
export interface PeerLinkOptions {
  readonly onNews: (news: NodeNews) => void
  /** The connection to this endpoint is gone for good. */
  readonly onLost: () => void
}

/** A client of the peer's API that hears its news. */
export interface PeerLink {
  readonly calls: ApiCalls
  close(): void
}

/**
 * Connects to a peer and listens to its news until it is gone.
 * @throws FaultError `unreachable` when no peer answers there
 */
export async function linkPeer(
  endpoint: Pick<Endpoint, 'url' | 'token'>,
  options: PeerLinkOptions,
): Promise<PeerLink> {
  const client = await connectApi(endpoint)
  void listen(client, options)
  return { calls: client.calls, close: () => client.close() }
}

async function listen(client: ApiClient, { onNews, onLost }: PeerLinkOptions): Promise<void> {
  try {
    for await (const news of await client.calls.news.watch()) onNews(news)
  } catch {
    // The connection is gone, or the peer had a defect, which its log has.
  }
  client.close()
  onLost()
}
