import type { nearby as english } from '../en/nearby.ts'

/** The text of PCs nearby, in German. */
export const nearby: typeof english = {
  title: 'In der Nähe',
  description:
    'PCs in diesem Netz, auf denen Meshwork läuft. Zum Verbinden vergleicht ihr eine Zahl auf beiden Bildschirmen.',
  pc: (name) => `${name} ist in der Nähe`,
  shortName: (shortName) => `Kurzname: ${shortName}`,
  pair: 'Verbinden',
  pairWith: (name) => `Mit ${name} verbinden`,
  nobody: 'Kein anderer PC in diesem Netz zeigt, dass auf ihm Meshwork läuft.',
  visible: 'Andere in diesem Netz sehen diesen PC',
  visibleAs: (name) => `Sie sehen seinen Namen, „${name}“, und dürfen um Verbindung bitten. Sonst nichts.`,
  dialog: {
    outgoing: (name) => `Mit ${name} verbinden`,
    incoming: (name) => `${name} möchte sich mit dir verbinden`,
    asking: (name) => `${name} wird gefragt…`,
    compare: (name) => `Zeigt der Bildschirm von ${name} dieselbe Zahl?`,
    digits: (number) => `Die Zahl ist ${number}`,
    proof: (shortName) =>
      `Sieh nach, oder frag, wer dort sitzt. Ein Name beweist nichts, die Zahl schon. Der Kurzname ist ${shortName}.`,
    trust: (name) => `Dein Vertrauen in ${name}`,
    yourTrust: 'Dein Vertrauen',
    match: 'Sie sind gleich',
    differ: 'Sie sind verschieden',
    cancel: 'Abbrechen',
    decline: 'Ablehnen',
    block: 'Ablehnen und nie mehr fragen',
    waiting: (name) => `Du hast Ja gesagt. Es fehlt noch das Ja bei ${name}…`,
    close: 'Schließen',
    ended: {
      paired: (name) => `Du bist mit ${name} verbunden.`,
      declined: (name) => `${name} möchte sich jetzt nicht verbinden.`,
      differ:
        'Die Zahlen sind verschieden: Vielleicht ist jemand zwischen euch. Versucht es noch einmal, oder nehmt einen Code.',
      expired: 'Niemand hat rechtzeitig Ja gesagt. Versucht es noch einmal.',
      broken: (name) => `${name} hat abgebrochen. Versuch es noch einmal.`,
    },
  },
  fault: {
    gone: (name) => `${name} ist nicht mehr in der Nähe.`,
    busy: (name) =>
      `${name} wurde zu oft gefragt oder wird gerade gefragt. Lass dort anfangen, oder nimm einen Code.`,
    hidden: (name) => `${name} möchte nicht gefragt werden.`,
    other: (message) => `Das Verbinden ging nicht: ${message}`,
  },
}
