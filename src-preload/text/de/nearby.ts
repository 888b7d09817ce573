import type { nearby as english } from '../en/nearby.ts'

/** The text of PCs nearby, in German. */
export const nearby: typeof english = {
  title: 'In der Nähe',
  description:
    'PCs in diesem Netzwerk, auf denen Meshwork läuft. Zum Koppeln vergleicht ihr eine Zahl auf beiden Bildschirmen.',
  pc: (name) => `${name} ist in der Nähe`,
  shortName: (shortName) => `Kurzname: ${shortName}`,
  pair: 'Koppeln',
  pairWith: (name) => `Mit ${name} koppeln`,
  nobody: 'Kein anderer PC in diesem Netzwerk ist gerade sichtbar.',
  visible: 'Diesen PC anderen in diesem Netzwerk zeigen',
  visibleAs: (name) => `Sie sehen seinen Namen, „${name}“, und können um Kopplung bitten. Sonst nichts.`,
  dialog: {
    outgoing: (name) => `Mit ${name} koppeln`,
    incoming: (name) => `${name} möchte sich mit dir koppeln`,
    asking: (name) => `${name} wird gefragt…`,
    compare: (name) => `Zeigt der Bildschirm von ${name} dieselbe Zahl?`,
    digits: (number) => `Die Zahl ist ${number}`,
    proof: (shortName) =>
      `Sieh nach, oder frag die Person dort. Ein Name beweist nichts, die Zahl schon. Der Kurzname ist ${shortName}.`,
    trust: (name) => `Dein Vertrauen in ${name}`,
    yourTrust: 'Dein Vertrauen',
    match: 'Sie sind gleich',
    differ: 'Sie sind verschieden',
    cancel: 'Abbrechen',
    decline: 'Ablehnen',
    block: 'Ablehnen und nie mehr fragen',
    waiting: (name) => `Du hast Ja gesagt. Jetzt fehlt noch das Ja von ${name}…`,
    close: 'Schließen',
    ended: {
      paired: (name) => `Du bist mit ${name} gekoppelt.`,
      declined: (name) => `${name} möchte sich jetzt nicht koppeln.`,
      differ:
        'Die Zahlen sind verschieden: Vielleicht ist jemand zwischen euch. Versucht es noch einmal, oder nehmt einen Code.',
      expired: 'Niemand hat rechtzeitig Ja gesagt. Versucht es noch einmal.',
      broken: (name) => `${name} hat abgebrochen. Versuch es noch einmal.`,
    },
  },
  fault: {
    gone: (name) => `${name} ist nicht mehr in der Nähe.`,
    busy: (name) =>
      `${name} wird gerade gefragt oder wurde zu oft gefragt. Lass dich von dort fragen, oder nimm einen Code.`,
    hidden: (name) => `${name} nimmt keine Anfragen an.`,
    other: (message) => `Das Koppeln hat nicht geklappt: ${message}`,
  },
}
