/** Every case of the corpus. */
import { ALLOWED_BOMBS, MOVING_BOMBS, OPERAND_BOMBS, REFUSED_BOMBS } from './compile-bombs.fixture.ts'
import { FORGED_EXPORTS, MISSING_EXPORTS, UNLISTED_IMPORTS } from './disguises.fixture.ts'
import { ENDLESS } from './endless.fixture.ts'
import type { HostileCase } from './hostile-case.fixture.ts'
import { LIES } from './lies.fixture.ts'
import { MALFORMED } from './malformed.fixture.ts'
import { MEMORY_BOMBS, TABLE_BOMBS } from './memory.fixture.ts'
import { NAN_SPIES } from './nan-spies.fixture.ts'
import { LOG_BOMBS, OUTPUT_BOMBS, SWELLING_INPUTS } from './outputs.fixture.ts'
import { RECURSIONS } from './recursion.fixture.ts'
import { CATCHERS, TRAPS } from './traps.fixture.ts'
import { WASI_ABUSES } from './wasi-abuse.fixture.ts'

/** All cases, by subject. */
export const CORPUS: readonly (readonly [string, readonly HostileCase[]])[] = [
  ['what never ends', ENDLESS],
  ['recursion', RECURSIONS],
  ['memory bombs', MEMORY_BOMBS],
  ['table bombs', TABLE_BOMBS],
  ['compile bombs that are refused', [...REFUSED_BOMBS, ...OPERAND_BOMBS, ...MOVING_BOMBS]],
  ['compile bombs that are let through', ALLOWED_BOMBS],
  ['output bombs', OUTPUT_BOMBS],
  ['log bombs', LOG_BOMBS],
  ['inputs that swell', SWELLING_INPUTS],
  ['forged exports', FORGED_EXPORTS],
  ['imports on no list', UNLISTED_IMPORTS],
  ['missing exports', MISSING_EXPORTS],
  ['malformed modules', MALFORMED],
  ['traps', TRAPS],
  ['ends that are caught', CATCHERS],
  ['lies to the host', LIES],
  ['abuses of WASI', WASI_ABUSES],
  ['spies of NaN bits', NAN_SPIES],
]
