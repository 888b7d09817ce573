#!/usr/bin/env node
/**
 * The launcher of meshctl. Plain JavaScript, since it must run on any Node that `npx` finds: the program itself
 * needs Node 24 and, on an older one, runs on the Node that came with its dependencies.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as module from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileCacheFolder } from './compile-cache.js'

/** The oldest Node that runs TypeScript as it is and has the APIs of libp2p 3. */
const NODE_MAJOR_MIN = 24

if (Number(process.versions.node.split('.')[0]) >= NODE_MAJOR_MIN) {
  const cache = process.env.NODE_COMPILE_CACHE ?? compileCacheFolder()
  if (cache !== undefined) module.enableCompileCache?.(cache)
  const { loadQuickly } = await import('../load-quickly.ts')
  const { runMeshctl } = await loadQuickly(() => import('./meshctl.ts'))
  process.exitCode = await runMeshctl(process.argv.slice(2))
} else {
  runOnOwnNode()
}

function runOnOwnNode() {
  const node = ownNode()
  if (node === undefined) {
    process.stderr.write(
      `meshctl: needs Node ${NODE_MAJOR_MIN} or later, this is ${process.version}; npm ci brings one\n`,
    )
    process.exitCode = 1
    return
  }
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    process.stderr.write(`meshctl: ${node} does not start: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143)
  })
}

/** The binary inside the npm package `node`, if it is installed. */
function ownNode() {
  try {
    const found = module.createRequire(import.meta.url).resolve('node/package.json')
    const path = join(dirname(found), 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(path) ? path : undefined
  } catch {
    return undefined
  }
}
