/** The text of PCs nearby, in English. */
export const nearby = {
  title: 'Nearby',
  description: 'PCs on this network that run Meshwork. To pair, compare a number on both screens.',
  pc: (name: string) => `${name} is nearby`,
  shortName: (shortName: string) => `Short name: ${shortName}`,
  pair: 'Pair',
  pairWith: (name: string) => `Pair with ${name}`,
  nobody: 'No other PC on this network is visible right now.',
  visible: 'Show this PC to others on this network',
  visibleAs: (name: string) => `They see its name, “${name}”, and can ask to pair. Nothing else.`,
  dialog: {
    outgoing: (name: string) => `Pair with ${name}`,
    incoming: (name: string) => `${name} wants to pair with you`,
    asking: (name: string) => `Asking ${name}…`,
    compare: (name: string) => `Does the screen of ${name} show the same number?`,
    digits: (number: string) => `The number is ${number}`,
    proof: (shortName: string) =>
      `Look, or ask the person there. A name proves nothing; the number does. Its short name is ${shortName}.`,
    trust: (name: string) => `Your trust in ${name}`,
    yourTrust: 'Your trust',
    match: 'They are the same',
    differ: 'They differ',
    cancel: 'Cancel',
    decline: 'Decline',
    block: 'Decline, and never ask again',
    waiting: (name: string) => `You said yes. Waiting for ${name} to say yes…`,
    close: 'Close',
    ended: {
      paired: (name: string) => `You are paired with ${name}.`,
      declined: (name: string) => `${name} doesn’t want to pair now.`,
      differ: 'The numbers differ: somebody may be between you. Try again, or use a code.',
      expired: 'Nobody said yes in time. Try again.',
      broken: (name: string) => `${name} cancelled. Try again.`,
    },
  },
  /** Why a PC nearby could not be asked, and what to do. */
  fault: {
    gone: (name: string) => `${name} is not nearby any more.`,
    busy: (name: string) =>
      `${name} is being asked already, or was asked too often. Let them ask you, or use a code.`,
    hidden: (name: string) => `${name} doesn’t take pairing requests.`,
    other: (message: string) => `Pairing did not work: ${message}`,
  },
}
