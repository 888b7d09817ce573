import { bunnyRoomGlb } from './bunny-room.ts'
import { knotRoomGlb } from './knot-room.ts'
import { lampRoomGlb } from './lamp-room.ts'

/**
 * The scenes that a user can try without one of their own, each made here by formulas as a .glb file of at most 300 kB
 * with several named cameras. The demonstration's larger scene is the knot's room, too.
 */
export const SAMPLE_SCENES = { bunny: bunnyRoomGlb, knot: knotRoomGlb, lamp: lampRoomGlb } as const
