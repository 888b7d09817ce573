import type { ContractRouterClient } from '@orpc/contract'
import type { contract } from '#contract'

/** Every procedure of the contract as a function. */
export type ApiCalls = ContractRouterClient<typeof contract>
