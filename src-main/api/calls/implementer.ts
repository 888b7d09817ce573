import { implement, ORPCError } from '@orpc/server'
import { contract } from '#contract'
import { FaultError, type Fault } from '../../protocol/fault.ts'

/** Calls of one connection that may be at work at once, watches included; more means that a client runs wild. */
const CALLS_MAX = 64

/** State that all calls of one connection share. */
export interface CallContext {
  readonly connection: {
    calls: number
    /** Bytes that were sent and not taken yet, where the way tells. */
    readonly unreadBytes?: () => number
  }
}

/** The contract with what every call goes through, ready for its handlers. */
export type ApiImplementer = ReturnType<typeof createImplementer>

/**
 * Around every call: the bound on calls, faults as the contract's typed error, and defects of our own to the log
 * instead of to the caller.
 */
export function createImplementer(report: (error: unknown) => void) {
  return implement(contract)
    .$context<CallContext>()
    .use(async ({ next, context: { connection } }) => {
      if (connection.calls >= CALLS_MAX) {
        throw asRemote({ kind: 'too-busy', message: `more than ${CALLS_MAX} calls at once` })
      }
      connection.calls++
      try {
        return await next()
      } catch (error) {
        if (error instanceof FaultError) throw asRemote(error.fault)
        if (error instanceof ORPCError) throw error
        report(error)
        throw defect()
      } finally {
        connection.calls--
      }
    })
}

/** Around every watch: it counts as a call for as long as it goes on, and a defect in it goes to the log. */
export async function* countedWatch<T>(
  { connection }: CallContext,
  report: (error: unknown) => void,
  values: AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  connection.calls++
  try {
    yield* values
  } catch (error) {
    report(error)
    throw defect()
  } finally {
    connection.calls--
  }
}

/** All that a caller hears of a defect of our own. */
function defect(): ORPCError<'INTERNAL_SERVER_ERROR', undefined> {
  return new ORPCError('INTERNAL_SERVER_ERROR', { message: 'a defect of Meshwork; its log says more' })
}

/** A fault as the contract's typed error. */
function asRemote(fault: Fault): ORPCError<'FAULT', Fault> {
  return new ORPCError('FAULT', { status: 422, message: fault.message, data: fault })
}
