/**
 * Every bound of the network adapter, with its reason. What strangers can make us hold is the product of these,
 * so none of them is generous.
 */
import { CHUNK_BYTES_MAX } from '../ports/blob-store.ts'
import { CONTACTS_MAX, MESSAGE_BYTES_MAX, STRANGER_MESSAGE_BYTES_MAX } from '../protocol/limits.ts'

/** A request's frame. */
export const REQUEST_BYTES_MAX = MESSAGE_BYTES_MAX
/** A reply's frame: a message and the byte that says whether it is an answer or a fault. */
export const REPLY_BYTES_MAX = MESSAGE_BYTES_MAX + 1

/** Streams that this peer opens to one peer for one protocol; more requests at once wait for one of them. */
export const STREAMS_OUT_MAX = 8
/** Streams of one protocol that one connection may open to us: two connections' worth of `STREAMS_OUT_MAX`. */
export const STREAMS_IN_MAX = 16
/** Streams of all protocols in each direction of one connection. Gossip, identify, ping and the DHT need about ten. */
export const STREAMS_PER_CONNECTION_MAX = 128
/** Requests that wait for a stream to one peer and protocol. Further ones fail with `too-busy`. */
export const REQUESTS_WAITING_MAX = 4_096
/** Bytes of one contact's half-arrived requests; its further frames wait unread until these are complete. */
export const ASSEMBLY_BYTES_PER_PEER_MAX = 8 << 20
/** The same of a peer that is no contact. */
export const ASSEMBLY_BYTES_PER_STRANGER_MAX = 64 << 10
/**
 * Answers by one protocol that are being made for one peer at a time, over all its connections: as many as an honest one
 * asks for (`STREAMS_OUT_MAX`). Further requests wait. How long an answer is shows only when it is made.
 */
export const ANSWERS_AT_ONCE_MAX = 8
/**
 * Bytes of answers that one peer has asked for and not taken off yet: the longest chunk on each of `STREAMS_OUT_MAX`
 * streams. A further answer is refused as `too-busy` …
 */
export const REPLY_BYTES_PER_PEER_MAX = STREAMS_OUT_MAX * CHUNK_BYTES_MAX
/** … unless it is this short: control goes on while blobs are on their way. */
export const SHORT_REPLY_BYTES_MAX = 4 << 10
/** The bytes that may lie unread in all streams of one peer: a window of each of `STREAMS_OUT_MAX`. More is no honest sender's. */
export const UNREAD_BYTES_PER_PEER_MAX = 8 << 20
/** A request of a peer that is no contact: pairing, and a chunk's question with its pass. */
export const STRANGER_REQUEST_BYTES_MAX = STRANGER_MESSAGE_BYTES_MAX
/** Requests a second of a stranger; more wait. */
export const STRANGER_REQUESTS_PER_S = 8
/** Bytes of a stranger before any protocol sees them: identify, pairing and pings are some ten thousand. */
export const STRANGER_BURST_BYTES = 256 << 10
export const STRANGER_BYTES_PER_S = 32 << 10
/** Streams that a stranger may have open to us. */
export const STRANGER_STREAMS_MAX = 32
/** How much of a second of the thread that everything runs on requests of one peer may take; more wait. */
export const LOOP_MS_PER_S = 250
/** How long a peer that this one asked, or that showed a pass, is no stranger: as long as a pass is good. */
export const GUEST_MS = 10 * 60_000
/** Guests at a time: members of busy swarms. */
export const GUESTS_MAX = 1_024

/** The bytes that may lie in one stream unread. It bounds the receive window, hence a WAN transfer: 8 streams × 1 MiB per round trip. */
export const STREAM_WINDOW_BYTES_MAX = 1 << 20
/** The stream's own buffer must take a whole window while reading is paused, and what came just before. */
export const STREAM_BUFFER_BYTES_MAX = 4 * STREAM_WINDOW_BYTES_MAX

/** A frame that has begun must be complete within this time; slower is a stalled or hostile sender (4 MiB at 0.6 Mbit/s). */
export const FRAME_MS_MAX = 60_000
/** A reply must be taken off our hands within this time. */
export const REPLY_MS_MAX = 60_000
/** An open stream without a request is closed by its opener after this time … */
export const STREAM_IDLE_MS = 30_000
/** … and by the other side after this; well later, so that no request meets a stream that is just being closed. */
export const STREAM_IDLE_IN_MS_MAX = 120_000
/** How often deadlines of streams are looked at: one timer for all of them. */
export const SWEEP_MS = 5_000
/** Opening a stream is one or two round trips; a caller's own signal may end it sooner. */
export const STREAM_OPEN_MS_MAX = 10_000

/** Connections in all. Beyond it libp2p drops those it values least; contacts are tagged and stay. */
export const CONNECTIONS_MAX = 256
/** Of these, connections that strangers opened: the rest is kept for contacts … */
export const STRANGERS_MAX = 64
/** … and as many of one host, or one household's IPv6 network. */
export const STRANGERS_PER_HOST_MAX = 32
/** Connections that one peer opened: two that cross, and as many that have died without a word. */
export const CONNECTIONS_PER_PEER_MAX = 4
/** The rank of a contact's connections in libp2p; others' have none. */
export const CONTACT_VALUE = 100
/** Connections a second from one address: a household's peers behind one router, or many on one machine. */
export const CONNECTIONS_PER_SECOND_MAX = 100
/** Connections from outside that are still shaking hands. */
export const HANDSHAKES_MAX = 64
/** The same of one host, which thus cannot keep others from shaking hands by being slow at it. */
export const HANDSHAKES_PER_HOST_MAX = 16
/** Discovered peers are dialled only while there are fewer connections than this. */
export const DISCOVERED_CONNECTIONS_MAX = 16
/** Peers heard in the local network that are dialled at once: any machine there can announce many that do not exist. */
export const NEARBY_DIALS_MAX = 4

/** Contacts who hold a place at this peer, to be reached through it: more than most people have friends behind routers. */
export const RELAY_PLACES_MAX = 64
/** How long a place is held without being asked for again; the holder asks five minutes before. */
export const RELAY_PLACE_MS = 60 * 60_000
/** A relay's place lasts so long at least, whatever its clock says; it is asked for again no more often than below. */
export const RELAY_PLACE_MS_MIN = 2 * 60_000
/** A place is asked for again when it ends sooner than this. */
export const RELAY_RENEW_MS = 5 * 60_000
/** Addresses of one relay that this peer says it is reached through: two relays fit into a record, whatever one of them says. */
export const RELAY_ADDRESSES_MAX = 3
/** Lines through this peer, all, of one contact, and between two: one each way, while the two dial each other at once. */
export const RELAY_LINES_MAX = 128
export const RELAY_LINES_PER_PEER_MAX = 32
export const RELAY_LINES_PER_PAIR_MAX = 2
/** A line ends after this, and its two ends may make a new one. */
export const RELAY_LINE_MS_MAX = 2 * 60 * 60_000
/** Bytes a second between two, both directions together. */
export const RELAY_PAIR_BYTES_PER_S = 256 << 10
/** Bytes a second through this peer in all: what a home's upload has beside what its owner does. */
export const RELAY_BYTES_PER_S = 1 << 20
/** Bytes between two in a day. Control takes some megabytes; this is room for small jobs, not for scenes. */
export const RELAY_PAIR_BYTES_PER_DAY = 512 << 20
/** One exchange about a line or a place. */
export const RELAY_ANSWER_MS_MAX = 10_000
/** A message of that: ids, and the addresses of a relay. */
export const RELAY_MESSAGE_BYTES_MAX = 4 << 10
/** Streams by which one contact may ask for places and lines at a time: each line keeps its own. */
export const RELAY_STREAMS_MAX = RELAY_LINES_PER_PEER_MAX + 4
/** Relays of a peer that cannot be reached directly: one more than needed, for when the other restarts. */
export const RELAYS_MAX = 2
/** A contact that gave no place is asked again after this. */
export const RELAY_AGAIN_MS = 60_000
/** Lines of one peer that come through relays; its direct ones have places of their own. */
export const RELAYED_PER_PEER_MAX = 2
/**
 * Chunks (about 1 MiB) of the largest blob that travels through a contact who relays: half a minute at its rate. What is
 * larger waits for a direct connection.
 */
export const RELAYED_CHUNKS_MAX = 8
/** How long a transfer waits for that, before it fails. */
export const DIRECT_WAIT_MS_MAX = 2 * 60_000

/** A direct connection takes over: what is under way on the relayed one has so long to end. */
export const RELAYED_GRACE_MS = 5_000
/** A peer that is reached through a relay is tried directly at once, again after this, then ever less often … */
export const UPGRADE_MS_MIN = 5_000
/** … up to this. */
export const UPGRADE_MS_MAX = 10 * 60_000
/** A connection from both ends at once: three of TCP's own attempts (at 0, 1 and 3 s). */
export const PUNCH_MS_MAX = 6_000
/** A contact may ask for one this often; it makes this peer dial an address that it names. */
export const PUNCH_PER_PEER_MS = 4_000
/** Contacts who are asked at a time whether they reach this peer … */
export const REACH_ASKED_MAX = 5
/** … and how often, where none has come by itself since. */
export const REACH_AGAIN_MS = 10 * 60_000
/** Where none of them answered, they are asked again after this, then after twice the last pause: they answer once in 10 s. */
export const REACH_RETRY_MS = 12_000
/** How long a contact's connection is waited for after it reports that it got through. */
export const CAME_MS_MAX = 1_000

/** The lifetime of a router's mapping; it is renewed at half of that. */
export const MAPPING_S = 3_600
/** One that maps for less is asked no more often for that. */
export const MAPPING_S_MIN = 120
/** A router that maps nothing is asked again after this, and then after twice as long, up to the other. */
export const MAPPING_AGAIN_MS_MIN = 60_000
export const MAPPING_AGAIN_MS_MAX = 30 * 60_000
/** All of asking a router; and of telling it that the port is not needed any more, which a stop waits for. */
export const MAPPING_MS_MAX = 15_000
export const UNMAPPING_MS_MAX = 2_000
/** Waits for an answer by NAT-PMP: RFC 6886, section 3.1, says 250 ms doubled, for nine times; a router next door needs one. */
export const PMP_WAITS_MS = [250, 500, 1_000]
/** How long routers may take to say that they are there, by UPnP. */
export const SSDP_MS_MAX = 3_000
/** Others may answer a little after the first. */
export const SSDP_MORE_MS = 300
/** Routers that are asked. */
export const ROUTERS_MAX = 4
/** A router's description of itself, or its answer. */
export const ROUTER_TEXT_BYTES_MAX = 128 << 10

/** Addresses tried for one peer. */
export const ADDRESSES_MAX = 16
/**
 * Addresses tried for one peer: at once, eight rounds of all its addresses, more than the first minute of dialling a
 * peer that is away; then as many a minute as the longest pause between two rounds leaves room for ten times over.
 */
export const DIALS_OF_PEER = { atOnce: 8 * ADDRESSES_MAX, perMinute: 32 }
/** The same for all peers together that are no contacts: members of swarms, and discovered peers. */
export const DIALS_OF_OTHERS = { atOnce: 512, perMinute: 256 }
/** Peers whose budgets are remembered. */
export const DIALS_OF_PEERS_MAX = 4_096
/** One round of dialling a contact. */
export const DIAL_MS_MAX = 10_000
/** Contacts dialled at once. */
export const DIALS_MAX = 8
/** The wait before the first try again; doubled with each failure, with jitter … */
export const RECONNECT_MS_MIN = 250
/** … up to this: a friend's machine that was off all day is back within five minutes of its start. */
export const RECONNECT_MS_MAX = 300_000
/** A connection that ends sooner was a failure: a peer that does not let us in shows it only after the handshake. */
export const CONNECTION_MS_MIN = 3_000

/** A peer's topic subscriptions: four stores of each contact, at about 1.1 KiB of bookkeeping each. */
export const TOPIC_BYTES_PER_PEER_MAX = 4 * CONTACTS_MAX * 1_152
/** A ping may take this long before the connection counts as dead: a busy machine must not lose its friends. */
export const PING_MS_MIN = 15_000
/** How often each connection is pinged; a peer that vanished without a FIN is noticed after this and `PING_MS_MIN`. */
export const PING_EVERY_MS = 15_000

/** Peers whose addresses and protocols libp2p remembers, beside connected ones. */
export const KNOWN_PEERS_MAX = 2_048
/** Announcements of blobs that a peer which serves the DHT keeps for others, all and of one peer. */
export const DHT_PROVIDERS_MAX = 4_096
export const DHT_PROVIDERS_PER_PEER_MAX = 64
/** Sealed address records that it keeps for others, at most 4 KiB each: each peer leaves two for each contact. */
export const DHT_RECORDS_MAX = 4_096
/** A record's key: a prefix, a multihash and a peer id in text. */
export const DATASTORE_KEY_CHARS_MAX = 256
/** A record: a peer's addresses and its signed list of them. */
export const DATASTORE_VALUE_BYTES_MAX = 16 << 10
/** Streams on which one connection may ask the DHT; a question may be 4 MiB long. */
export const DHT_STREAMS_IN_MAX = 4

/** Public keys kept parsed: those of all peers that a busy one hears from. */
export const PUBLIC_KEYS_CACHED_MAX = 1_024
/** Peers whose traffic is counted; the one met first is forgotten first. */
export const TRAFFIC_PEERS_MAX = 1_024

/** Blobs asked for in one question: those of one award's worth of small outputs travel in a few round trips. */
export const OPEN_CIDS_MAX = 64
/** Content in one answer to that; a blob that no longer fits is asked for again. */
export const OPEN_CONTENT_BYTES_MAX = 2 << 20
/** Questions under way to one peer; while there are as many, further ones gather into the next. */
export const OPENS_MAX = 3
/** How long an answer with layouts or small blobs may take, and one chunk. */
export const OPEN_MS_MAX = 30_000
export const CHUNK_MS_MAX = 60_000
/** Chunks under way from one source: enough to hide a round trip, and bounded in memory (1 to 2 MiB each). */
export const CHUNKS_PER_SOURCE_MAX = 4
/** Chunks under way of one blob. */
export const CHUNKS_AT_ONCE_MAX = 16
/** Peers that one blob is fetched from. */
export const SOURCES_MAX = 16
/** A source that fails this often in a row without a chunk in between is given up. */
export const SOURCE_FAILURES_MAX = 5
/** The pause after a source's first failure; doubled with each. With the bound above, 3 s for a restart. */
export const SOURCE_PAUSE_MS = 100
/** How long a source that is not connected may take to be. */
export const SOURCE_CONNECT_MS_MAX = 5_000
/** How long the network is searched for more sources. */
export const PROVIDERS_MS_MAX = 5_000

/** Smaller blobs go whole to each who asks: to learn who else has one costs about as much as its bytes. */
export const SWARM_BYTES_MIN = 128 << 10
/** Blobs that one question of a swarm is about: as many as a job names. */
export const SWARM_BLOBS_MAX = 64
/**
 * The records of the members' chunks in all swarms that this peer leads; the one used longest ago is forgotten first.
 */
export const SWARM_MEMORY_BYTES_MAX = 8 << 20
/** Chunks that all members of a swarm together may be taking from the requester … */
export const LEASES_MAX = 32
/** … and one member: enough to hide a round trip, and while it is alone, to fill the line. */
export const LEASES_PER_MEMBER_MIN = 4
export const LEASES_PER_MEMBER_MAX = 16
/** A member that takes a chunk this long, or `LEASE_MEANS_MAX` times as long as is usual, does not hold others up. */
export const LEASE_MS_MIN = 3_000
export const LEASE_MEANS_MAX = 4
/** Until one chunk was taken the usual time is unknown: a chunk at 0.5 Mbit/s. */
export const LEASE_MS_MAX = 20_000
/** A member that gets nothing from the others for this long takes from the requester what they have. */
export const STARVED_MS = 2_000
/** A leader asks each of its members to come back after this for each of them … */
export const SWARM_AGAIN_MS_PER_MEMBER = 5
/** … within these bounds: what one member has is news to the others for no longer than twice that. */
export const SWARM_AGAIN_MS_MIN = 30
export const SWARM_AGAIN_MS_MAX = 1_000
/** Without news and without need a member asks this much less often. */
export const SWARM_CALM_FACTOR = 8
/** An answer to a member; a leader that is gone for a while is asked again after the pause. */
export const SWARM_ANSWER_MS_MAX = 10_000
export const SWARM_PAUSE_MS = 500
/** Failures in a row of another member until it is given up: the others and the requester have the same. */
export const MEMBER_FAILURES_MAX = 2
/** A chunk that is on its way this long, or so many times as long as is usual, is asked for a second time. */
export const SECOND_ASK_MS_MIN = 3_000
export const SECOND_ASK_MEANS_MAX = 4
/** A transfer that gets nothing while nothing is on its way either ends after this. */
export const TRANSFER_STILL_MS_MAX = 20_000
/** Requesters in whose name a blob was fetched, remembered for this many blobs. */
export const VOUCHED_BLOBS_MAX = 4_096
/** How long a peer may take to show that it has a blob: it reads one chunk. */
export const PROVE_MS_MAX = 20_000
/** Blobs that others have shown to have, remembered so that the next job asks for nothing. */
export const PROOFS_REMEMBERED_MAX = 16_384
/** A pass: two ids, a CID, a time and a signature. */
export const BLOB_PASS_BYTES_MAX = 1 << 10
/** How long a pass is good: a member renews it long before; one that lost the requester's trust cannot. */
export const BLOB_PASS_MS_MAX = 10 * 60_000
/** Passes kept checked: members of busy swarms. */
export const BLOB_PASSES_CACHED_MAX = 1_024
/** Chunks that a member said it has and did not give, until it is given up. */
export const CLAIMS_BROKEN_MAX = 8
/** A chunk that a member did not have is not asked of it again for this long. */
export const MISSED_MS = 2_000
/** How often a transfer looks for chunks that are late. */
export const TRANSFER_LOOK_MS = 500
