/**
 * A WASI command: an ordinary program that reads standard input, writes standard output and ends.
 *
 * The host's side of preview 1 is our own. The shim that is kept for browsers (@bjorn3/browser_wasi_shim) copies
 * every byte it reads or writes, tells the real time, and waits by spinning; what it does could be replaced only
 * function by function, until nothing of it was left but the names.
 */
import type { MeteredInstance } from '../../../metering/metered-instance.ts'
import { meshworkFunctions } from '../abi/meshwork-functions.ts'
import type { ModuleProgram, UnitHost } from '../unit/unit-host.ts'
import { fileFunctions } from './file-functions.ts'
import { pathFunctions } from './path-functions.ts'
import { processFunctions } from './process-functions.ts'
import { clockFunctions } from './wasi-clock.ts'
import { createDescriptors } from './wasi-file.ts'
import { answering, type WasiFunctions } from './wasi-functions.ts'
import { createRoot } from './wasi-root.ts'
import { WASI } from './wasi-signatures.ts'

/** A command with its files, for one run. */
export function wasiProgram(host: UnitHost): ModuleProgram {
  const root = createRoot(host)
  const descriptors = createDescriptors(root.descriptors)
  let exitCode: number | undefined
  const functions: WasiFunctions = {
    ...fileFunctions(host, descriptors),
    ...pathFunctions(host, root, descriptors),
    ...clockFunctions(host, descriptors),
    ...processFunctions(host, descriptors, (code) => (exitCode ??= code)),
  }
  const meshwork = meshworkFunctions(host)
  return {
    functions: (module, name) => {
      if (module !== WASI) return meshwork(module, name)
      const act = functions[name]
      return act && answering(host, act)
    },
    run: (instantiate) => {
      try {
        start(instantiate())
      } catch (error) {
        // Exit code 0 stops the program in the same way as any other, and is no fault.
        if (exitCode !== 0) throw error
      } finally {
        root.close()
      }
      return root.output().result()
    },
  }
}

function start(instance: MeteredInstance): void {
  const { _start } = instance.exports as unknown as { readonly _start: () => void }
  instance.guard(() => {
    _start()
  })
}
