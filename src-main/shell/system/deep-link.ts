/** Before a code as a link; `inviteLink` of the network writes it. */
const PAIR_LINK = /^meshwork:\/\/pair\/([1-9A-HJ-NP-Za-km-z]{8,8192})\/?$/i

/** The scheme of links that open this program, as the system knows it. */
export const LINK_SCHEME = 'meshwork'

/**
 * The pairing code inside a link that was clicked; undefined for anything else. Any page on the
 * web can open such a link, so that nothing of it is done without the user: the code only appears where they can pair.
 */
export function pairingCode(link: string): string | undefined {
  const code = PAIR_LINK.exec(link)?.[1]
  // The flag that takes the scheme in any case took the code in any case, too.
  return code !== undefined && /^[1-9A-HJ-NP-Za-km-z]+$/.test(code) ? code : undefined
}

/** The first pairing link among a program's arguments: how Windows and Linux hand one over. */
export function linkAmong(argv: readonly string[]): string | undefined {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${LINK_SCHEME}://`))
}
