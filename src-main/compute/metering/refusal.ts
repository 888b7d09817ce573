import { refuse } from '../../protocol/fault.ts'

/**
 * Refuses a stranger's module: the one way in which anything in this folder says no to bytes.
 *
 * @param what what is wrong, naming the feature or the limit: 'threads', 'memory minimum 60000 pages is over the limit 4096'
 * @param offset byte of the module at which it was seen
 * @throws FaultError `module-refused`, always
 */
export function refuseModule(what: string, offset?: number): never {
  refuse('module-refused', `module refused: ${what}${offset === undefined ? '' : ` at byte ${offset}`}`)
}
