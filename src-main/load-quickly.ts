import { registerHooks } from 'node:module'
import { quickResolve } from './quick-resolve.ts'

/**
 * Loads a program with quick resolution of its imports, all that it imports included. A module that is loaded so must not be
 * imported statically by the one that loads it.
 *
 * @example
 * const { runDaemon } = await loadQuickly(() => import('./daemon.ts'))
 */
export async function loadQuickly<Program>(load: () => Promise<Program>): Promise<Program> {
  const hooks = registerHooks({ resolve: quickResolve() })
  try {
    return await load()
  } finally {
    hooks.deregister()
  }
}
