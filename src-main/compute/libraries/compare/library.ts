import { encodeCanonical, parseAs } from '../../../protocol/canonical.ts'
import type { Comparator } from '../../../protocol/comparator.ts'
import { candidateRole, COMPARING_MODULE_ROLE, CompareParams } from '../../../protocol/compare-task.ts'
import { refuse } from '../../../protocol/fault.ts'
import { COMPARED_OUTPUTS_MAX, type Likeness } from '../../../protocol/likeness.ts'
import type { Library, LibraryCall, LibraryInput, LibraryOutcome } from '../../library.ts'
import { createModuleRunner, type ModuleRunner } from '../wasm/module-runner.ts'
import { moduleRule } from './module-rule.ts'
import { numberRule } from './numbers.ts'
import { comparePairs, type ComparedPairs, type PairRule } from './pairs.ts'
import { filmRule, pngRule } from './pictures.ts'

/**
 * The library behind `outputs.compare`: says which outputs of a unit are alike by its job's comparator. All of them, and
 * the comparing module, are strangers' bytes. Output: a `Likeness` in canonical form; info: `notes`.
 */
export function createCompareLibrary(): Library {
  const modules = createModuleRunner()
  return {
    run: (call) => {
      const params = parseAs(call.params, CompareParams)
      if (!params.ok) refuse('bad-input', params.fault.message)
      return compare(call, params.value, candidatesOf(call), modules)
    },
  }
}

function compare(
  call: LibraryCall,
  { comparator, film, limits }: CompareParams,
  candidates: readonly LibraryInput[],
  modules: ModuleRunner,
): LibraryOutcome {
  const compareBy = <Content>(rule: PairRule<Content>) =>
    comparePairs(candidates, rule, (fraction) => call.progress(fraction))
  const { memoryBytesMax } = call.limits
  switch (comparator.name) {
    case 'exact-hash':
      return outcomeOf(candidates, compareBy(bytesRule))
    case 'numeric-tolerance':
      return outcomeOf(candidates, compareBy(numberRule(comparator)))
    case 'image':
      return film === undefined
        ? outcomeOf(candidates, compareBy(pngRule(comparator, memoryBytesMax)))
        : outcomeOf(candidates, compareBy(filmRule(comparator, film)))
    case 'module': {
      const rule = moduleRule(modules, moduleOf(call, comparator), call, limits)
      const compared = compareBy(rule)
      const fault = rule.fault()
      const notes = [...compared.notes, ...rule.notes()]
      if (fault !== undefined) return { fault, info: { notes } }
      return { ...outcomeOf(candidates, { ...compared, notes }), metered: rule.metered() }
    }
  }
}

/** Only the same bytes are alike, and candidates differ: no two are of one shape. */
const bytesRule: PairRule<LibraryInput> = {
  shape: ({ cid }) => ({ kind: 'read', value: cid }),
  read: (output) => ({ kind: 'read', value: output }),
  alike: () => false,
}

function outcomeOf(candidates: readonly LibraryInput[], { alike, notes }: ComparedPairs) {
  const likeness: Likeness = {
    candidates: candidates.map(({ cid }) => cid),
    alike: alike.map((row) => [...row]),
  }
  return { output: Uint8Array.from(encodeCanonical(likeness)), info: { notes: [...notes] } }
}

function candidatesOf({ inputs }: LibraryCall): LibraryInput[] {
  const candidates: LibraryInput[] = []
  for (let input = inputs.get(candidateRole(0)); input !== undefined;) {
    candidates.push(input)
    input = inputs.get(candidateRole(candidates.length))
  }
  const others = inputs.has(COMPARING_MODULE_ROLE) ? 1 : 0
  if (inputs.size !== candidates.length + others) refuse('bad-input', 'an input that is no candidate')
  if (candidates.length < 2 || candidates.length > COMPARED_OUTPUTS_MAX) {
    refuse('bad-input', `${candidates.length} candidates; 2 to ${COMPARED_OUTPUTS_MAX} are compared`)
  }
  if (new Set(candidates.map(({ cid }) => cid)).size < candidates.length) {
    refuse('bad-input', 'a candidate is given twice')
  }
  return candidates
}

/** The comparing module. @throws FaultError `bad-input` when it is missing, or is not the one that the manifest names */
function moduleOf({ inputs }: LibraryCall, { cid }: Extract<Comparator, { name: 'module' }>): LibraryInput {
  const module = inputs.get(COMPARING_MODULE_ROLE)
  if (module?.cid !== cid) refuse('bad-input', `the comparing module (${cid}) is not among the inputs`)
  return module
}
