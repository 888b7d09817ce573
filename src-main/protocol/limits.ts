/** Every bound of the protocol, with its reason. A decoder that exceeds one refuses the whole message. */

/** A signed envelope on the wire. Gossip carries each one to every subscriber, so it must stay small. */
export const ENVELOPE_BYTES_MAX = 1 << 20
/** A direct message: a batch of awards or receipts. */
export const MESSAGE_BYTES_MAX = 4 << 20
/** A job's manifest: parameters and input names, never the inputs themselves. */
export const MANIFEST_BYTES_MAX = 1 << 20
/** A message of a stranger, who may only send messages about pairing. */
export const STRANGER_MESSAGE_BYTES_MAX = 8 << 10
/**
 * Values in anything decoded that came from outside, keys and containers too: twice the longest list of parts. A byte
 * can be a value, and an object takes a hundred bytes of memory.
 */
export const DECODED_ITEMS_MAX = 1 << 17
/** Values in a direct message: an award of `AWARD_UNITS_MAX` units, at seven each. Receipts are bytes there. */
export const MESSAGE_ITEMS_MAX = 1 << 14
/** Nested maps and lists in anything decoded; deeper ones only serve to exhaust the stack. */
export const NESTING_MAX = 32

/** Nested maps and lists in a job's parameters: a snapshot holds them some levels further down. */
export const PARAMS_NESTING_MAX = 24

/** Units in one job. Larger work is several jobs. */
export const JOB_UNITS_MAX = 1_000_000
/** Ranges of open units in one published request; the rest follow when these have shrunk. */
export const OPEN_RANGES_MAX = 64
/** Units written out in a request that has no manifest. */
export const INLINE_UNITS_MAX = 256
/** Requests in one commitment. */
export const REQUESTS_MAX = 64
/** Slots in one commitment: half-hour slots for a week, three times over. */
export const SLOTS_MAX = 1_024
/** Algorithms that one slot lists. */
export const ALGORITHMS_MAX = 128
/** Datasets that one slot lists. */
export const DATASETS_MAX = 256
/** Datasets that one peer publishes: each is in gossip, and no requester chooses among more. */
export const DATASETS_HELD_MAX = 64
/** People whose trust one peer publishes; also the entries of a vector clock. */
export const CONTACTS_MAX = 2_048
/** Assignments (offers) that one allocation publishes: one a job and slot, whatever its size. */
export const OFFERS_MAX = 512
/** Units of one job that a peer may hold at a time: two seconds' worth of the smallest ones. */
export const CAPACITY_UNITS_MAX = 4_096
/** Units that one offer computes at once: more cores than any one machine has. */
export const LANES_MAX = 4_096
/** How long a provider may take over an award: longer than any unit may be estimated to take. */
export const AWARD_DUE_MS_MAX = 30 * 24 * 3_600_000
/** Units in one award message. */
export const AWARD_UNITS_MAX = 1_024
/** Receipts in one results message. */
export const RECEIPTS_MAX = 1_024
/** Outputs up to this size travel inside their receipt and are kept in the journal. */
export const INLINE_OUTPUT_BYTES_MAX = 512
/** Peers that may compute one unit. */
export const REDUNDANCY_MAX = 16
/** Parts that one job's input is split into: as many blobs for every peer to keep track of. */
export const PARTS_MAX = 65_536
/** Inputs that one job names: a scene's textures are one each. */
export const INPUTS_MAX = 256

/** How long a request to pair may wait for an answer: no code is valid for longer than a week. */
export const PAIR_WAIT_MS_MAX = 7 * 24 * 3_600_000

/** How old a published state may be before it is stale (document 000: a peer is active for 60 s). */
export const STALE_AFTER_MS = 60_000
/** How far in the future a timestamp may lie: clocks differ, but not by more than this. */
export const CLOCK_SKEW_MS_MAX = 30_000
/** How often a peer repeats its commitment when nothing changed, so that it stays active. */
export const HEARTBEAT_MS = 20_000
/** A change is published within this time; changes that come closer together travel as one. */
export const PUBLISH_WITHIN_MS = 100
