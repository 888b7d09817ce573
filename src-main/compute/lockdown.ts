/**
 * Node's permission model says nothing about the network, so the compute host and its workers do without every
 * way to ask for it. Strangers' code runs in WASM and could not ask; this is for what is found wrong in a library
 * of our own. It is a second wall, not a proof: the process has no secrets and no environment either.
 */
import { registerHooks } from 'node:module'

/** Node's modules that open sockets, resolve names, start processes or look into other threads. */
const FORBIDDEN =
  /^(?:node:)?(?:net|tls|http|https|http2|quic|dgram|dns|dns\/promises|child_process|cluster|inspector|inspector\/promises)$/

/** Globals that reach out. */
const FORBIDDEN_GLOBALS = ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest'] as const

/** Takes network and environment away from this thread, for good. Call it before anything else is loaded. */
export function lockDown(): void {
  // It was started without, but the shell in between may have left its own, such as the working folder.
  for (const name of Object.keys(process.env)) Reflect.deleteProperty(process.env, name)
  for (const name of FORBIDDEN_GLOBALS) {
    Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false })
  }
  registerHooks({
    resolve: (specifier, context, nextResolve) => {
      if (FORBIDDEN.test(specifier)) throw new Error(`${specifier} is not for the compute host`)
      return nextResolve(specifier, context)
    },
  })
  const builtin = process.getBuiltinModule.bind(process)
  process.getBuiltinModule = (id: string) => {
    if (FORBIDDEN.test(id)) throw new Error(`${id} is not for the compute host`)
    return builtin(id)
  }
}
