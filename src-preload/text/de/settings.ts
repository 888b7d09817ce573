import type { settings as english } from '../en/settings.ts'
import { plural } from '../plural.ts'

/** The text of settings, in German. */
export const settings: typeof english = {
  title: (name, duration) => `${name} läuft seit ${duration}`,
  titleUnknown: 'Wie sich Meshwork auf diesem PC verhält',
  general: 'Dieser PC',
  name: {
    title: 'Name dieses PCs',
    text: 'Ihn sehen die Personen, mit denen du gekoppelt bist.',
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
    startAtLogin: 'Beim Anmelden starten',
    startAtLoginText: 'Meshwork wartet im Infobereich.',
    startAtLoginBrowser:
      'Auf diesem PC läuft Meshwork als Dienst: Was den Dienst startet, entscheidet. Mit der Desktop-App geht es hier.',
  },
  storage: {
    title: 'Speicherplatz',
    used: 'Szenen und Ergebnisse auf der Platte',
    figures: (used, quota) => `${used} von ${quota}`,
    text: (free, total) => `${free} von ${total} sind auf dieser Platte frei.`,
    where: 'Ablage',
    change: 'Ändern, wie viel',
  },
  network: {
    title: 'Netzwerk',
    check: 'Jetzt prüfen',
    checked: 'Es wurde nachgefragt',
    verdict: {
      open: 'Andere erreichen diesen PC aus dem Internet',
      local: 'Andere erreichen diesen PC aus seinem eigenen Netz',
      closed: 'Aus dem Internet kommt niemand herein',
      unknown: 'Ob andere aus dem Internet hereinkommen, ist noch nicht bekannt',
    },
    relayed: (names) => `Freunde erreichen diesen PC über ${names}`,
    mapped: 'Der Router lässt Freunde herein; ob sie durchkommen, ist noch nicht bekannt',
    todo: {
      closed:
        'Dieser PC erreicht trotzdem alle, die andere hereinlassen. Damit andere auch ihn erreichen, muss der Router einen Port weiterleiten: Wie, steht unten bei „Router“. Oder ein Freund vermittelt, dessen PC von außen erreicht wird.',
      closedMapped:
        'Der Router sagt, dass er Freunde hereinlässt, aber wer es versuchte, kam nicht durch. Sieh nach, ob davor ein zweiter Router ist, oder eine Firewall auf diesem PC.',
      closedPublic: (port) =>
        `Dieser PC hat eine Adresse des Internets: Eine Firewall, auf ihm oder davor, hält andere ab. Sie muss ${port} hereinlassen.`,
      relayed:
        'Langsamer als direkt, und große Dateien warten auf eine direkte Verbindung. Direkt wird es, wenn der Router einen Port an diesen PC weiterleitet: Wie, steht unten bei „Router“.',
      relayedMapped:
        'Langsamer als direkt, und große Dateien warten auf eine direkte Verbindung. Der Router lässt Freunde herein; sobald einer durchkommt, ist es direkt.',
    },
    tcpPort: (port) => `TCP-Port ${port}`,
    ownPort: 'den TCP-Port dieses PCs',
    router: {
      title: 'Router',
      mapped: (by) => `Lässt Freunde herein, wie dieser PC ihn bat (${by})`,
      mappedAt: (where, since) => `Unter ${where}, seit ${since}`,
      asking: 'Wird gebeten, Freunde hereinzulassen…',
      none: 'Lässt von sich aus niemanden herein',
      why: (why) => `Gefragt: ${why}.`,
      noNeed: 'Nicht gefragt: Es ist nicht nötig',
      noNeedText: 'Dieser PC hat eine öffentliche Adresse, oder er ist nur für sich selbst da.',
      off: 'Nicht gefragt, wie du es wolltest',
      steps: {
        lead: 'Damit Freunde hereinkommen:',
        leadOff: 'Damit Freunde hereinkommen: Lass den Router fragen (unten), oder mach es von Hand.',
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
        'Was Freunde diesem PC senden, wird weitergereicht, von Ende zu Ende verschlüsselt: Zu sehen ist dort, wer mit wem spricht und wie viel, nie was.',
      none: 'Niemanden',
      notNeeded: 'Es ist nicht nötig: Andere kommen direkt herein.',
      wanted:
        'Ein Freund, dessen PC von außen erreicht wird, kann vermitteln, wenn dort „Freunde dürfen einander über diesen PC erreichen“ eingeschaltet ist.',
    },
    choices: {
      mapPort: 'Den Router bitten, Freunde hereinzulassen',
      mapPortText: 'Mit UPnP oder NAT-PMP. Was er öffnet, wird geschlossen, wenn Meshwork endet.',
      relay: 'Freunde dürfen einander über diesen PC erreichen',
      relayText:
        'Für alle, die beide hinter Routern zu Hause sind. Es braucht Upload: höchstens 1 MiB je Sekunde, für jedes Paar 256 KiB je Sekunde und 512 MiB am Tag. Dieser PC sieht, wer mit wem spricht und wie viel, nie was.',
      lines: (count, written) =>
        `${written} ${plural('de', count, { one: 'Verbindung', other: 'Verbindungen' })} in diesem Moment.`,
      autoOn: 'Von selbst an, solange andere diesen PC von außen erreichen.',
      autoOff: 'Von selbst aus, bis andere diesen PC von außen erreichen.',
    },
    join: {
      title: 'Dem Netz beitreten über',
      text: 'Der immer laufende PC eines Freundes, durch den sich Freunde finden, wenn alle umgezogen sind. Sein eigenes meshctl info nennt die Adresse.',
      label: 'Adresse, über die beigetreten wird',
      placeholder: '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW…',
      add: 'Hinzufügen',
      remove: (address) => `${address} entfernen`,
      removed: 'Adresse entfernt',
      listed: 'Sie steht schon in der Liste.',
      full: (most) => `Höchstens ${most}. Entferne zuerst eine.`,
    },
    askThem:
      'Jetzt prüfen: Einige deiner Personen versuchen, diesen PC zu erreichen, und sagen, ob es gelingt.',
    nobodyToAsk: 'Es lässt sich prüfen, sobald eine deiner Personen verbunden ist.',
    nobodyOutside:
      'Ob jemand von außen hereinkommt, lässt sich fragen, sobald eine deiner Personen über das Internet verbunden ist.',
    port: 'Port',
    portKept: 'TCP. Beim ersten Start gewählt, und bleibt.',
    portGiven: 'TCP. Wie dieser PC gestartet wurde.',
    nowhere: 'Keiner: Andere können diesen PC nicht anwählen, er wählt sie an',
    addresses: 'Adressen',
    noAddresses: 'Keine',
    addressesAt: (written, names) => `und ${written} über ${names}`,
    scope: {
      machine: 'nur dieser PC',
      local: 'nur dieses Netz',
      internet: 'Internet',
      relay: 'über einen anderen PC',
    },
    ipv6: {
      internet: 'Ja, mit einer Adresse des Internets',
      local: 'Nur in diesem Netz',
      none: 'Nein',
    },
    nearby: 'In der Nähe',
    nearbyOn: 'PCs dieses Netzes finden sich von selbst',
    nearbyOff: 'Aus: PCs dieses Netzes finden sich nicht von selbst',
    confirmed: 'Gefragt',
    said: (name, outcome, ago) => `${name}: ${outcome} (${ago})`,
    outcome: {
      open: 'kam durch',
      refused: 'wird am Port abgewiesen',
      'no-answer': 'kommt nicht durch',
      'not-tried': 'konnte es nicht versuchen, da über andere verbunden',
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
    noGraphics: 'Keine Grafikkarte gefunden. Einheiten rechnet der Prozessor.',
    disk: 'Platte',
    diskFree: (free, total) => `${free} frei von ${total}`,
    network: 'Netz',
    noLinkSpeed: 'Der Netzwerkadapter sagt nicht, wie schnell er ist.',
    speed: 'Tempo',
    walledIn: 'Arbeit anderer',
    bubblewrap:
      'Hinter einer Wand des Systems (bubblewrap): kein Netz, keine deiner Dateien, kein anderes Programm',
    noWall: 'Von Meshwork selbst getrennt; die Wand des Systems fehlt',
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
    keyText: 'Aus dem Schlüssel dieses PCs. Daran erkennen ihn andere, wie er auch heißt.',
    shortName: 'Kurzname',
    copyKey: 'Peer-ID kopieren',
  },
  stop: {
    title: 'Meshwork auf diesem PC beenden',
    text: 'Er ist dann für alle offline. Deine eigenen Aufträge warten und gehen weiter, wenn er wieder läuft.',
    button: 'Meshwork beenden…',
    question: 'Jetzt beenden?',
    nothingRuns: 'Im Moment läuft hier nichts für andere.',
    unitsRun: (count, written) =>
      `${written} ${plural('de', count, { one: 'Einheit läuft', other: 'Einheiten laufen' })} hier für andere; sie ${plural('de', count, { one: 'wird', other: 'werden' })} zurückgegeben und anderswo gerechnet.`,
    ownUnitsRun: (count, written) =>
      `${written} eigene ${plural('de', count, { one: 'Einheit wird', other: 'Einheiten werden' })} neu gerechnet.`,
    confirm: 'Beenden',
    keep: 'Weiterlaufen lassen',
    stopped: 'Meshwork ist auf diesem PC beendet',
    stoppedText: 'Starte es wieder mit: meshctl start --ui',
  },
}
