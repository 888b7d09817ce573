/**
 * The part of the WebAssembly JavaScript interface that this program uses. TypeScript has it in its DOM library
 * only, and Node's types have none: https://webassembly.github.io/spec/js-api/
 */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  type ExportValue = ((...args: never[]) => unknown) | Memory | object
  type Exports = Record<string, ExportValue>
  type ImportValue = ((...args: never[]) => unknown) | Memory | object | number
  type Imports = Record<string, Record<string, ImportValue>>
  interface Module {
    readonly [Symbol.toStringTag]: string
  }
  const Module: new (bytes: Uint8Array) => Module
  interface Instance {
    readonly exports: Exports
  }
  const Instance: new (module: Module, imports?: Imports) => Instance
  /** A trap, also of instantiation. */
  class RuntimeError extends Error {}
  /** Imports that do not fit. */
  class LinkError extends Error {}
  /** An exception that a module threw. */
  interface Exception {
    readonly stack?: string
  }
  const Exception: abstract new () => Exception
  /** An exported mutable global of type i64. */
  interface BigIntGlobal {
    value: bigint
  }
  function validate(bytes: Uint8Array): boolean
  function compile(bytes: Uint8Array): Promise<Module>
}
