import type { Fault } from '../../protocol/fault.ts'
import { faultOfCall } from './client.ts'

/** The fault that a call is refused with. @throws when it goes well */
export async function faultOfRejected(promise: Promise<unknown>): Promise<Fault> {
  try {
    await promise
  } catch (error) {
    return faultOfCall(error)
  }
  throw new Error('the call went well')
}
