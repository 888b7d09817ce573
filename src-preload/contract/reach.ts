import { z } from 'zod'
import { PeerId } from '../../src-main/protocol/ids.ts'
import { JOIN_ADDRESS_LENGTH_MAX, JOIN_THROUGH_MAX } from './limits.ts'
import { AtMs, Count } from './procedure.ts'

/** How far an address or a connection reaches: this PC alone, its own network, everywhere, or through another peer. */
export const AddressScope = z.enum(['machine', 'local', 'internet', 'relay'])
export type AddressScope = z.infer<typeof AddressScope>

/**
 * Why the last try to reach a contact failed. `no-answer`: none of the addresses known answers. `refused`: a PC
 * answers, and Meshwork does not run there. `no-route`: this PC has no route there. `another-peer`: another peer
 * answers. `turned-away`: they ended the connection at once. `no-address`: none is known.
 */
export const LookFailure = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.enum(['no-address', 'turned-away']) }),
  z.strictObject({
    kind: z.enum(['no-answer', 'refused', 'no-route', 'another-peer']),
    /** How many addresses are known. */
    addresses: Count,
  }),
])
export type LookFailure = z.infer<typeof LookFailure>

const look = {
  /** Since when they are not connected. */
  since_ms: AtMs,
  /** Tries since then. */
  tries: Count,
  /** Absent while one is under way. */
  next_try_ms: AtMs.exactOptional(),
  /** Absent before the first has failed. */
  failure: LookFailure.exactOptional(),
}

/**
 * The connection state of a contact's PC. Looking turns into unreachable after half a minute; it is looked for then
 * too, less often.
 */
export const Reach = z.discriminatedUnion('state', [
  z.strictObject({
    state: z.literal('direct'),
    /** Over the internet by IPv4 or IPv6, within one network, or within one PC. */
    over: z.enum(['ip4', 'ip6', 'local', 'machine']),
    address: z.string(),
    since_ms: AtMs,
  }),
  z.strictObject({
    state: z.literal('relayed'),
    /** The relay; absent where that is not known. */
    through: PeerId.exactOptional(),
    /** The name of a relay that is a contact. */
    through_name: z.string().exactOptional(),
    since_ms: AtMs,
  }),
  z.strictObject({ state: z.literal('looking'), ...look }),
  z.strictObject({ state: z.literal('unreachable'), ...look }),
])
export type Reach = z.infer<typeof Reach>

/** A contact's word on whether it reaches this PC. */
export const Confirmation = z.strictObject({
  peer_id: PeerId,
  name: z.string(),
  at_ms: AtMs,
  /**
   * `open`: they connected anew. `refused`, `no-answer`: they tried and failed. `not-tried`: they see no address of
   * this PC. `no-word`: they did not answer.
   */
  outcome: z.enum(['open', 'refused', 'no-answer', 'not-tried', 'no-word']),
  /** The address that they tried, and from how far away; absent where they did not. */
  scope: AddressScope.exactOptional(),
  address: z.string().exactOptional(),
  /** How far their clock is ahead of this PC's, and how wrong that may be. */
  clock: z.strictObject({ ahead_ms: z.number(), error_ms: z.number().min(0) }).exactOptional(),
})
export type Confirmation = z.infer<typeof Confirmation>

const Port = z.int().min(1).max(65_535)

/** Whether the home's router lets others in, because this PC has asked it to (NAT-PMP, UPnP). */
export const PortMapping = z.discriminatedUnion('state', [
  /** `off`: it may not be asked, or there is no need: this PC has a public address, or listens for itself alone. */
  z.strictObject({ state: z.enum(['off', 'asking']), allowed: z.boolean() }),
  z.strictObject({
    state: z.literal('mapped'),
    allowed: z.boolean(),
    by: z.enum(['NAT-PMP', 'UPnP']),
    /** The router's public address and port, as a multiaddress. */
    address: z.string(),
    since_ms: AtMs,
  }),
  z.strictObject({ state: z.literal('none'), allowed: z.boolean(), why: z.string() }),
])
export type PortMapping = z.infer<typeof PortMapping>

/** Choices about the network; what is absent stays as it is. */
export const NetworkChange = z.strictObject({
  /** Whether the router may be asked to let others in. */
  map_port: z.boolean().exactOptional(),
  /** Whether contacts may reach each other through this PC. */
  relay: z.boolean().exactOptional(),
  join_through: z.array(z.string().max(JOIN_ADDRESS_LENGTH_MAX)).max(JOIN_THROUGH_MAX).exactOptional(),
})
export type NetworkChange = z.infer<typeof NetworkChange>

/** How this PC can be reached. */
export const OwnReach = z.strictObject({
  /** `kept`: at the port that was chosen at the first start. `given`: as the user set it. */
  listening: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('kept'), port: Port }),
    z.strictObject({ kind: z.literal('given'), ports: z.array(Port) }),
    z.strictObject({ kind: z.literal('nowhere') }),
  ]),
  /** Without this PC's peer id. */
  addresses: z.array(z.strictObject({ address: z.string(), scope: AddressScope })),
  /** How far its IPv6 addresses reach. */
  ipv6: z.enum(['internet', 'local', 'none']),
  /** Whether PCs of the same network find each other by themselves. */
  nearby: z.boolean(),
  /**
   * Reachability that contacts confirm: from the internet, from its own network only, not from the internet, or nothing
   * yet.
   */
  reachability: z.enum(['open', 'local', 'closed', 'unknown']),
  /** Answers of contacts that were asked, the latest of each; nothing before the first was. */
  confirmations: z.array(Confirmation),
  port_mapping: PortMapping,
  /** Contacts that relay for this PC at this moment. */
  relays: z.array(z.strictObject({ peer_id: PeerId, name: z.string() })),
  /** Whether contacts reach each other through this PC, and how many lines between them it carries. */
  relaying: z.strictObject({ choice: z.enum(['on', 'off', 'auto']), is_on: z.boolean(), lines: Count }),
  /** Addresses, each with its peer id, of the peers through which this PC joins the network. */
  join_through: z.array(z.string()),
})
export type OwnReach = z.infer<typeof OwnReach>
