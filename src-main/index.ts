/** The desktop program, as Electron starts it. Everything is decided in `shell/`; here is only what needs Electron. */
import { fork } from 'node:child_process'
import { homedir } from 'node:os'
import { parseArgs } from 'node:util'
import * as electron from 'electron'
import { autoUpdater } from 'electron-updater'
import { dataFolder } from './cli/daemon/data-folder.ts'
import { faultOf } from './protocol/fault.ts'
import { machineClock, machineRandom } from './runtime/machine.ts'
import { runDesktop } from './shell/desktop.ts'
import { peerEnvironment } from './shell/peer/peer-environment.ts'
import { verifyProgram } from './shell/packaging/program-files.ts'
import { programPaths } from './shell/packaging/program-paths.ts'
import { createSignatureCheck } from './shell/packaging/update-signature.ts'

/** Put in when the shell is built: the SHA-256 of the list of the program's files, null where there is no list. */
declare const PROGRAM_LIST_SHA256: string | null
/** Put in when the shell is built: who signs updates, as the builder's file names them. */
declare const UPDATE_PUBLISHERS: readonly string[]

const { isPackaged } = electron.app
const { platform, env, argv, execPath, resourcesPath } = process
const paths = programPaths({
  isPackaged,
  appPath: electron.app.getAppPath(),
  resourcesPath,
  platform,
  startedBy: env['MESHWORK_NODE'],
})
// Electron and the system add arguments of their own.
const { values } = parseArgs({
  args: argv.slice(1),
  options: {
    data: { type: 'string' },
    listen: { type: 'string', multiple: true },
    'no-mdns': { type: 'boolean' },
  },
  strict: false,
})
const listen = values.listen?.filter((address) => typeof address === 'string')

runDesktop({
  electron,
  clock: machineClock,
  random: machineRandom,
  platform,
  env,
  argv,
  home: homedir(),
  execPath,
  data: dataFolder(typeof values.data === 'string' ? values.data : undefined),
  network: { mdns: values['no-mdns'] !== true, ...(listen === undefined ? {} : { listen }) },
  paths,
  spawnPeer: () =>
    fork(paths.peer, [], {
      execPath: paths.node,
      execArgv: [],
      env: peerEnvironment(env, platform),
      serialization: 'json',
    }),
  report: (line) => process.stderr.write(`meshwork: ${line}\n`),
  ...(isPackaged
    ? {
        verifyProgram: () => verifyProgram(resourcesPath, PROGRAM_LIST_SHA256),
        updates: {
          updater: autoUpdater,
          publishers: UPDATE_PUBLISHERS,
          checkSignature: createSignatureCheck(env['SystemRoot'] ?? 'C:\\Windows'),
        },
      }
    : {}),
}).catch((error: unknown) => {
  electron.dialog.showErrorBox('Meshwork', faultOf(error, 'storage-failed').message)
  electron.app.exit(1)
})
