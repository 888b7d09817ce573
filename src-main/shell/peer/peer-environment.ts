import { daemonEnvironment } from '../../cli/daemon/daemon-environment.ts'

/**
 * The variables that the peer and the system tools it runs need: where things are, who the user is, the language, the
 * desktop session, and the key's passphrase.
 */
const PASSED_ON: readonly string[] = [
  // Everywhere.
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'MESHWORK_PASSPHRASE',
  // A Linux desktop, for the rules that pause sharing.
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XAUTHORITY',
  'XDG_RUNTIME_DIR',
  'XDG_SESSION_ID',
  'XDG_SESSION_TYPE',
  'DBUS_SESSION_BUS_ADDRESS',
  // Windows.
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'TEMP',
  'TMP',
  'USERNAME',
  'USERPROFILE',
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
]
/** The language of messages, dates and the like, one variable each. */
const LOCALE = /^LC_[A-Z]+$/

/**
 * `ws` asks for two native packages that are not packaged, and Node would look for them in `node_modules` of every folder
 * above the program: on Windows every user may make one at the top of the disk.
 */
const NO_OPTIONAL_PARTS = { WS_NO_BUFFER_UTIL: '1', WS_NO_UTF_8_VALIDATE: '1' }

/**
 * The environment of the desktop's peer process: the listed variables of this process and our own settings. Everything
 * else stays behind, since Node, the dynamic linker and OpenSSL load code that variables name (`NODE_OPTIONS`,
 * `LD_PRELOAD`, `DYLD_INSERT_LIBRARIES`, `OPENSSL_CONF`, …), and a list of such names would never be complete.
 */
export function peerEnvironment(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): NodeJS.ProcessEnv {
  const isPassedOn = (name: string): boolean => {
    // On Windows the case of names does not count: its own `Path` and `SystemRoot` are not in capitals.
    const known = platform === 'win32' ? name.toUpperCase() : name
    return PASSED_ON.includes(known) || LOCALE.test(known)
  }
  const passedOn = Object.fromEntries(Object.entries(env).filter(([name]) => isPassedOn(name)))
  return { ...daemonEnvironment(passedOn), ...NO_OPTIONAL_PARTS }
}
