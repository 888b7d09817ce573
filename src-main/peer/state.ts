import { z } from 'zod'
import { PeerId } from '../protocol/ids.ts'
import { Policy, POLICY } from '../protocol/policy.ts'
import { newPairing, PairingSlice } from './pairing/slice.ts'
import { newProvider, ProviderSlice } from './provider/slice.ts'
import { newRequester, RequesterSlice } from './requester/slice.ts'
import { newSharing, SharingSlice } from './sharing/slice.ts'
import { initialView, type View } from './view.ts'

/** All that a peer remembers, by role: its schema is the form of a snapshot. */
export const DurableState = z.object({
  me: PeerId,
  name: z.string(),
  epoch: z.int().min(0),
  policy: Policy,
  requester: RequesterSlice,
  provider: ProviderSlice,
  pairing: PairingSlice,
  sharing: SharingSlice,
})

/**
 * All that a peer knows. Everything but `view` is durable: rebuilt from the journal, and never changed by what is
 * only in `view`. `step` owns the state that it is given and changes it in place: copying a hundred thousand units
 * for every event would cost more than the work they describe.
 */
export interface PeerState extends z.infer<typeof DurableState> {
  readonly view: View
}

/** The state of a peer that has just been created. */
export function initialState(me: PeerId, name: string): PeerState {
  return {
    me,
    name,
    epoch: 0,
    policy: POLICY,
    requester: newRequester(),
    provider: newProvider(),
    pairing: newPairing(),
    sharing: newSharing(),
    view: initialView(),
  }
}
