import { parseAs } from '../../../protocol/canonical.ts'
import { refuse } from '../../../protocol/fault.ts'
import { INPUT_ROLE, MODULE_ROLE, ModuleCallParams } from '../../../protocol/job-kinds/module.ts'
import type { Params } from '../../../protocol/work.ts'
import type { Library, LibraryCall, LibraryOutcome, LibraryResult } from '../../library.ts'
import { MODULE_CHECK } from './algorithms.ts'
import { measureFuelRate } from './fuel-rate.ts'
import { createModuleRunner, type ModuleRunner } from './module-runner.ts'

/** The library behind `wasm.…`: strangers' modules, metered and compiled once per worker, instantiated per unit. */
export function createWasmLibrary(): Library {
  const modules = createModuleRunner()
  /** Units of a batch share one object of parameters. */
  const parsed = new WeakMap<Params, ModuleCallParams>()

  function run(call: LibraryCall): LibraryOutcome {
    const params = parsed.get(call.params) ?? paramsOf(call)
    parsed.set(call.params, params)
    return modules.run(moduleOf(call), { ...call, input: call.inputs.get(INPUT_ROLE) }, params)
  }

  return {
    run: (call) => (call.algorithmId === MODULE_CHECK.id ? check(modules, call) : run(call)),
    measure: (_, budgetMs) => measureFuelRate(budgetMs),
  }
}

/**
 * The sandbox's answer about a module, as info: how it is called (`abi`), its memory at the start (`memory_pages`), and
 * what it imports. The parameters are the job's.
 */
function check(modules: ModuleRunner, call: LibraryCall): LibraryResult {
  const { abi, shape } = modules.load(moduleOf(call), paramsOf(call).limits)
  return {
    output: new Uint8Array(0),
    info: {
      abi,
      memory_pages: shape.memory?.minPages ?? 0,
      imports: shape.imports.map(({ module, name }) => `${module}.${name}`),
    },
  }
}

function paramsOf(call: LibraryCall): ModuleCallParams {
  const params = parseAs(call.params, ModuleCallParams)
  if (!params.ok) refuse('bad-input', params.fault.message)
  return params.value
}

function moduleOf(call: LibraryCall) {
  return (
    call.inputs.get(MODULE_ROLE) ?? refuse('bad-input', `a unit without its module (role '${MODULE_ROLE}')`)
  )
}
