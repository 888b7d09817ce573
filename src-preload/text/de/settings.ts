import type { settings as english } from '../en/settings.ts'
import { plural } from '../plural.ts'

/** The text of settings, in German. */
export const settings: typeof english = {
  title: (name, duration) => `${name} läuft seit ${duration}`,
  titleUnknown: 'Wie sich Meshwork auf diesem PC verhält',
  general: 'Dieser PC',
  name: {
    title: 'Name dieses PCs',
    text: 'So heißt er bei den Leuten, mit denen du gekoppelt bist.',
    placeholder: 'Studio-PC',
    empty: 'Ein PC braucht einen Namen.',
    saved: 'Name gespeichert',
  },
  looks: {
    title: 'Aussehen',
    theme: 'Farben',
    themeText: 'Wie das System, oder immer gleich.',
    themes: { system: 'System', light: 'Hell', dark: 'Dunkel' },
    language: 'Sprache',
    languageText: 'Dieses Fensters, des Infobereichs und der Mitteilungen.',
    languages: { system: 'System', en: 'English', de: 'Deutsch' },
  },
  behaviour: {
    title: 'Verhalten',
    notifications: 'Mitteilungen',
    notificationsText: 'Wenn ein Auftrag endet oder sich jemand koppeln möchte.',
    showPictures: 'Helfern ein kleines Bild von dem zeigen, was sie gerendert haben',
    showPicturesText: 'Wenn du ihnen dankst. Nie von verschlüsselten Aufträgen.',
    startAtLogin: 'Beim Anmelden starten',
    startAtLoginText: 'Meshwork wartet im Infobereich.',
    startAtLoginBrowser:
      'Auf diesem PC läuft Meshwork als Dienst: Wann er startet, steht in den Einstellungen des Dienstes. In der Desktop-App geht es hier.',
  },
  storage: {
    title: 'Speicherplatz',
    used: 'Szenen und Ergebnisse auf der Festplatte',
    figures: (used, quota) => `${used} von ${quota}`,
    text: (free, total) => `${free} von ${total} sind auf dieser Festplatte frei.`,
    where: 'Ablage',
    change: 'Menge ändern',
  },
  network: {
    title: 'Netzwerk',
    check: 'Jetzt prüfen',
    checked: 'Deine Leute wurden gefragt',
    verdict: {
      open: 'Andere erreichen diesen PC aus dem Internet',
      local: 'Andere erreichen diesen PC in seinem eigenen Netzwerk',
      closed: 'Aus dem Internet erreicht niemand diesen PC',
      unknown: 'Noch nicht bekannt, ob andere diesen PC aus dem Internet erreichen',
    },
    relayed: (names) => `Deine Leute erreichen diesen PC über ${names}`,
    mapped: 'Der Router lässt deine Leute herein; ob sie durchkommen, ist noch nicht bekannt',
    todo: {
      closed:
        'Dieser PC erreicht trotzdem alle, die andere hereinlassen. Damit andere auch ihn erreichen, muss dein Router einen Port weiterleiten, siehe „Router“ unten. Oder jemand, dessen PC von außen erreichbar ist, reicht alles weiter.',
      closedMapped:
        'Der Router sagt, dass er deine Leute hereinlässt, aber wer es versuchte, kam nicht durch. Prüfe, ob ein zweiter Router davor ist oder eine Firewall auf diesem PC.',
      closedPublic: (port) =>
        `Dieser PC hat eine öffentliche Adresse, aber eine Firewall auf ihm oder davor hält andere ab. Erlaube dort ${port}.`,
      relayed:
        'Langsamer als direkt, und große Dateien warten auf eine direkte Verbindung. Direkt wird es, wenn dein Router einen Port an diesen PC weiterleitet, siehe „Router“ unten.',
      relayedMapped:
        'Langsamer als direkt, und große Dateien warten auf eine direkte Verbindung. Der Router lässt deine Leute herein; sobald jemand durchkommt, wird es direkt.',
    },
    tcpPort: (port) => `TCP-Port ${port}`,
    ownPort: 'den TCP-Port dieses PCs',
    router: {
      title: 'Router',
      mapped: (by) => `Lässt deine Leute herein, wie dieser PC ihn bat (${by})`,
      mappedAt: (where, since) => `Unter ${where}, seit ${since}`,
      asking: 'Wird gebeten, deine Leute hereinzulassen…',
      none: 'Lässt von sich aus niemanden herein',
      why: (why) => `Gefragt: ${why}.`,
      noNeed: 'Nicht gefragt: nicht nötig',
      noNeedText: 'Dieser PC hat eine öffentliche Adresse, oder er nimmt nur eigene Verbindungen an.',
      off: 'Nicht gefragt, wie du es wolltest',
      steps: {
        lead: 'Damit deine Leute hereinkommen:',
        leadOff: 'Damit deine Leute hereinkommen: Lass den Router fragen (unten), oder mach es von Hand.',
        open: (page) =>
          `Öffne ${page} im Browser. Die Adresse kann eine andere sein: Sie steht auf dem Router (bei einer FRITZ!Box: fritz.box).`,
        openUnknown: 'Öffne die Seite des Routers im Browser. Ihre Adresse steht auf dem Router.',
        lookOff: 'Suche „Portfreigabe“ oder „Port-Weiterleitung“.',
        look: 'Suche „Portfreigabe“ oder „Port-Weiterleitung“. (Oder schalte dort UPnP ein: Den Rest macht dieser PC.)',
        forward: (port, host) => `Leite ${port} an ${host} weiter: Das ist dieser PC.`,
        forwardUnknown: (port) => `Leite ${port} an diesen PC weiter.`,
      },
    },
    through: {
      title: 'Erreicht über',
      means:
        'Dort wird weitergereicht, was deine Leute diesem PC senden, von Ende zu Ende verschlüsselt. Zu sehen ist, wer mit wem spricht und wie viel, aber nie was.',
      none: 'Niemanden',
      notNeeded: 'Nicht nötig: Andere kommen direkt herein.',
      wanted:
        'Jemand, dessen PC von außen erreichbar ist, kann alles weiterreichen, wenn dort „Leute dürfen einander über diesen PC erreichen“ eingeschaltet ist.',
    },
    choices: {
      mapPort: 'Den Router bitten, deine Leute hereinzulassen',
      mapPortText: 'Mit UPnP oder NAT-PMP. Was geöffnet wurde, wird wieder geschlossen, wenn Meshwork endet.',
      relay: 'Leute dürfen einander über diesen PC erreichen',
      relayText:
        'Für zwei, die beide zu Hause hinter einem Router sind. Es braucht Upload: höchstens 1 MiB je Sekunde, und für jedes Paar 256 KiB je Sekunde und 512 MiB am Tag. Dieser PC sieht, wer mit wem spricht und wie viel, aber nie was.',
      lines: (count, written) =>
        `${written} ${plural('de', count, { one: 'Verbindung', other: 'Verbindungen' })} gerade jetzt.`,
      autoOn: 'Von selbst eingeschaltet, solange andere diesen PC von außen erreichen.',
      autoOff: 'Von selbst ausgeschaltet, bis andere diesen PC von außen erreichen.',
    },
    join: {
      title: 'Dem Netz beitreten über',
      text: 'Ein PC, der immer läuft. Über ihn finden sich deine Leute, wenn sich alle ihre Adressen geändert haben. Auf jenem PC zeigt meshctl info die Adresse.',
      label: 'Adresse eines PCs, über den beigetreten wird',
      placeholder: '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
      add: 'Hinzufügen',
      remove: (address) => `${address} entfernen`,
      removed: 'Adresse entfernt',
      listed: 'Sie steht schon in der Liste.',
      full: (most) => `Höchstens ${most}. Entferne zuerst eine.`,
    },
    askThem: 'Jetzt prüfen: Einige deiner Leute versuchen, diesen PC zu erreichen, und sagen, ob es gelingt.',
    nobodyToAsk: 'Das lässt sich prüfen, sobald jemand von deinen Leuten verbunden ist.',
    nobodyOutside:
      'Sobald jemand von deinen Leuten über das Internet verbunden ist, lässt sich von dort prüfen, ob dieser PC von außen erreichbar ist.',
    port: 'Port',
    portKept: 'TCP. Beim ersten Start gewählt, und bleibt.',
    portGiven: 'TCP. Beim Start von Meshwork festgelegt.',
    nowhere: 'Keiner: Andere können sich nicht mit diesem PC verbinden, er verbindet sich mit ihnen',
    addresses: 'Adressen',
    noAddresses: 'Keine',
    addressesAt: (written, names) => `und ${written} über ${names}`,
    scope: {
      machine: 'nur dieser PC',
      local: 'nur dieses Netzwerk',
      internet: 'Internet',
      relay: 'über einen anderen PC',
    },
    ipv6: {
      internet: 'Ja, mit einer öffentlichen Adresse',
      local: 'Nur in diesem Netzwerk',
      none: 'Nein',
    },
    nearby: 'In der Nähe',
    nearbyOn: 'PCs in diesem Netzwerk finden sich von selbst',
    nearbyOff: 'Aus: PCs in diesem Netzwerk finden sich nicht von selbst',
    confirmed: 'Gefragt',
    said: (name, outcome, ago) => `${name}: ${outcome} (${ago})`,
    outcome: {
      open: 'kam durch',
      refused: 'wird am Port abgewiesen',
      'no-answer': 'kommt nicht durch',
      'not-tried': 'konnte es nicht versuchen, weil über andere verbunden',
      'no-word': 'hat die Frage nicht beantwortet',
    },
    clockOff: (name, duration, isAhead) =>
      `Die Uhr von ${name} geht gegenüber diesem PC ${duration} ${isAhead ? 'vor' : 'nach'}. Stellt beide nach dem Internet.`,
  },
  hardware: {
    title: 'Hardware',
    measuredAt: (ago) => `Gemessen ${ago}`,
    measureAgain: 'Neu messen',
    measured: 'Neu gemessen',
    system: 'System',
    processor: 'Prozessor',
    processorCores: (threads, writtenThreads, cores, writtenCores) =>
      `${writtenCores} ${plural('de', cores, { one: 'Kern', other: 'Kerne' })}, ${writtenThreads} ${plural('de', threads, { one: 'Thread', other: 'Threads' })}`,
    memory: 'Arbeitsspeicher',
    graphics: 'Grafik',
    noGraphics: 'Keine Grafikkarte gefunden. Gerechnet wird auf dem Prozessor.',
    disk: 'Festplatte',
    diskFree: (free, total) => `${free} frei von ${total}`,
    network: 'Netzwerk',
    noLinkSpeed: 'Der Netzwerkadapter sagt nicht, wie schnell er ist.',
    speed: 'Tempo',
    walledIn: 'Arbeit anderer',
    bubblewrap:
      'In einer Sandbox des Systems (bubblewrap): kein Netzwerk, keine deiner Dateien, keine anderen Programme',
    noWall: 'Nur in der Sandbox von Meshwork; die des Systems fehlt',
    noWallWhy: (why) => `Grund: ${why}.`,
    unmeasured: 'Wird gemessen',
    kindsOfWork: (count, written) =>
      `${written} ${plural('de', count, { one: 'Art von Arbeit', other: 'Arten von Arbeit' })} gemessen`,
  },
  about: {
    title: 'Über Meshwork',
    version: 'Version',
    licence: 'Lizenz',
    licenceText: 'Apache 2.0: frei zu nutzen, zu lesen, weiterzugeben und zu ändern',
    key: 'Peer-ID',
    keyText: 'Aus dem Schlüssel dieses PCs gemacht. Daran erkennen ihn andere, wie auch immer er heißt.',
    shortName: 'Kurzname',
    copyKey: 'Peer-ID kopieren',
  },
  stop: {
    title: 'Meshwork auf diesem PC beenden',
    text: 'Er ist dann für alle offline. Deine eigenen Aufträge warten und gehen weiter, wenn er wieder läuft.',
    button: 'Meshwork beenden…',
    question: 'Jetzt beenden?',
    nothingRuns: 'Gerade läuft hier nichts für andere.',
    unitsRun: (count, written) =>
      `${written} ${plural('de', count, { one: 'Einheit läuft', other: 'Einheiten laufen' })} hier für andere; sie ${plural('de', count, { one: 'wird', other: 'werden' })} zurückgegeben und anderswo berechnet.`,
    ownUnitsRun: (count, written) =>
      `${written} eigene ${plural('de', count, { one: 'Einheit wird', other: 'Einheiten werden' })} neu berechnet.`,
    confirm: 'Beenden',
    keep: 'Weiterlaufen lassen',
    stopped: 'Meshwork ist auf diesem PC beendet',
    stoppedText: 'Starte es wieder mit: meshctl start --ui',
  },
}
