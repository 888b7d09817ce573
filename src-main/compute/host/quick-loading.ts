/** Node loads this before a host's program, and in each of its workers: their imports are resolved quickly. */
import { registerHooks } from 'node:module'
import { quickResolve } from '../../quick-resolve.ts'

registerHooks({ resolve: quickResolve() })
