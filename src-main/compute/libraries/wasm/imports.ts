import { quotedName, refuseModule } from '../../metering/refusal.ts'
import type { ModuleImport } from '../../metering/meter.ts'
import type { ValueTypeName } from '../../metering/parse/value-types.ts'

/** A function of the host as a module may call it: parameters, a colon, results; `i` i32, `I` i64, `f` f32, `F` f64. */
export type HostSignature = string

/** The functions that may be imported: signatures by module and name. */
export type HostSignatures = Readonly<Record<string, Readonly<Record<string, HostSignature>>>>

/** A function of the host, as an instance is given it. */
export type HostFunction = (...values: never[]) => number | undefined

/** The functions of one unit, made as a module imports them: few import all. */
export type HostFunctions = (module: string, name: string) => HostFunction | undefined

const TYPES: Readonly<Record<string, ValueTypeName>> = { i: 'i32', I: 'i64', f: 'f32', F: 'f64' }

/** Whether all that a module imports is on the list, with the right types. @throws FaultError `module-refused` */
export function checkImports(imports: readonly ModuleImport[], allowed: HostSignatures): void {
  for (const wanted of imports) {
    const { module, name } = wanted
    const functions = Object.hasOwn(allowed, module) ? allowed[module] : undefined
    const signature = functions !== undefined && Object.hasOwn(functions, name) ? functions[name] : undefined
    if (signature === undefined)
      refuseModule(`import ${quotedName(module)}.${quotedName(name)} is not on the list`)
    const offered = typeText(...typesOf(signature))
    const asked = typeText(wanted.params, wanted.results)
    if (asked !== offered) {
      refuseModule(`import ${quotedName(module)}.${quotedName(name)} has type ${asked} instead of ${offered}`)
    }
  }
}

/** The imports of an instance: the functions that its module imports. */
export function importsOf(imports: readonly ModuleImport[], functions: HostFunctions): WebAssembly.Imports {
  const given: Record<string, Record<string, WebAssembly.ImportValue>> = {}
  for (const { module, name } of imports) {
    const found = functions(module, name)
    if (found === undefined) refuseModule(`import ${quotedName(module)}.${quotedName(name)} is not there`)
    ;(given[module] ??= {})[name] = found
  }
  return given
}

/** A function's type as a message shows it. */
export function typeText(params: readonly ValueTypeName[], results: readonly ValueTypeName[]): string {
  return `(${params.join(', ')}) -> ${results.length === 1 ? (results[0] ?? '') : `(${results.join(', ')})`}`
}

function typesOf(signature: HostSignature): [ValueTypeName[], ValueTypeName[]] {
  const [params = '', results = ''] = signature.split(':')
  const named = (letters: string) => Array.from(letters, (letter) => TYPES[letter] ?? 'i32')
  return [named(params), named(results)]
}
