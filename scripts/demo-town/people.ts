/** Somebody who applies in the demo. All are invented; the streets are in Cottbus/Chóśebuz. */
export type Person = {
  readonly given: string
  readonly family: string
  readonly street: string
  readonly number: string
  readonly postalCode: string
}

const PEOPLE = [
  'Mara Łucja|Lehmann-Nowak|Sandower Straße|12 a|03046',
  'Thi Mai|Nguyen|Gelsenkirchener Allee|31|03050',
  'Hanka|Krawcojc|Dissenchener Hauptstraße|8|03052',
  'Björn|Strauß|Karl-Liebknecht-Straße|102|03046',
  'Agnieszka|Wójcik|Lieberoser Straße|4|03046',
  'Ümit|Şahin|Am Stadtrand|19|03042',
  'Ruth|Schadow|Peitzer Straße|27|03042',
  'Matej|Chojan|Sielower Landstraße|55|03044',
  'Franziska|Großmann|Görlitzer Straße|16|03046',
  'Oleksandr|Kovalenko|Leipziger Straße|40|03048',
  'Gisela|Pötschke|Schillerstraße|9|03046',
  'Jan|Libor|Madlower Hauptstraße|33|03050',
  'Samira|Haddad|Thiemstraße|71|03048',
  'Wolfgang|Mróz|Drachhausener Straße|2|03044',
  'Lea|Buder|Wilhelm-Külz-Straße|14|03046',
  'Zoran|Petrović|Heinrich-Albrecht-Straße|6|03042',
  'Ingrid|Neumann|Welzower Straße|22|03048',
  'Merćin|Šołta|Saspower Straße|11|03044',
  'Katharina|Weiß|Bautzener Straße|60|03050',
  'Yusuf|Aydın|Dresdener Straße|18|03050',
  'Sabine|Kschischan|Burger Chaussee|5|03044',
  'Paweł|Zieliński|Ostrower Straße|13|03046',
  'Dörte|Jänisch|Hagenwerder Straße|7|03050',
  'Amadou|Diallo|Juri-Gagarin-Straße|24|03046',
  'Helga|Rückert|Vetschauer Straße|3|03048',
  'Tadeusz|Nowicki|Klosterstraße|21|03046',
  'Christin|Mattick|Zielona-Góra-Straße|17|03048',
  'Dieter|Fröhlich|Forster Straße|45|03042',
  'Linh|Trần|Hallenser Straße|10|03046',
  'Marja|Budarjowa|Schmellwitzer Straße|64|03044',
  'René|Koinzer|Branitzer Siedlung|29|03042',
  'Elif|Öztürk|Lausitzer Straße|38|03046',
  'Hartmut|Jahn|Gallinchener Hauptstraße|50|03051',
  'Svitlana|Melnyk|Inselstraße|2 b|03046',
  'Claudia|Hübner|Gerhart-Hauptmann-Straße|15|03044',
  'Lubomir|Rychtar|Skadower Straße|7|03044',
  'Anneliese|Große|Stadtpromenade|11|03046',
  'Mohammad|Rahimi|Poznaner Straße|32|03048',
  'Steffi|Lehniger|Kiekebuscher Hauptstraße|6|03042',
  'Karl-Heinz|Äppler|Roßstraße|28|03046',
  'Wićaz|Handrik|Ströbitzer Schulstraße|4|03046',
  'Nadine|Zimmermann|Hermann-Löns-Straße|35|03050',
  'Grzegorz|Kaczmarek|Parzellenstraße|20|03046',
  'Beate|Schölzke|Willmersdorfer Hauptstraße|12|03053',
  'Julian|Roick|Universitätsstraße|8|03046',
  'Fatima|El Amrani|Hopfengarten|23|03048',
  'Uwe|Petrick|Kahrener Hauptstraße|41|03051',
  'Sonja|Wićazowa|Erfurter Straße|26|03046',
  'Torsten|Lößnitz|Am Doll|1|03044',
  'Ilse|Brüggemann|Wernerstraße|58|03046',
  'Krystian|Szczepański|Straße der Jugend|90|03046',
  'Antje|Donath|Groß Gaglower Straße|47|03048',
  'Ngoc Anh|Phạm|Virchowstraße|13|03044',
  'Horst|Bresan|Döbbricker Dorfstraße|9|03054',
  'Alena|Horáková|Karlstraße|66|03044',
  'Ronny|Schmolke|Merzdorfer Weg|18|03042',
  'Edith|Vogel|Rudolf-Breitscheid-Straße|70|03046',
  'Měrćin|Nagora|Maiberger Straße|5|03044',
  'Carmen|Weißflog|Finsterwalder Straße|37|03048',
  'Ivan|Dimitrov|Neustädter Straße|16|03046',
  'Gudrun|Kalisch|Turower Straße|3 c|03048',
  'Felix|Süßmilch|Puschkinpromenade|22|03044',
  'Maria|Gonçalves|Hufelandstraße|52|03050',
  'Bernd|Čornak|Wiesenstraße|44|03046',
  'Sophie|Lindenau|Rosenstraße|30|03046',
  'Rüdiger|Noack|Lutherstraße|61|03050',
  'Zofia|Lewandowska|Sachsendorfer Straße|14|03048',
  'Heinz|Kossatz|Tierparkstraße|2|03042',
  'Jasmin|Böhme|Muskauer Straße|25|03042',
] as const

/** People of the demo, in order. */
export const people: readonly Person[] = PEOPLE.map((line) => {
  const [given = '', family = '', street = '', number = '', postalCode = ''] = line.split('|')
  return { given, family, street, number, postalCode }
})

/** The person whom the examples of the services name. */
const EXAMPLE = {
  given: 'Mara Łucja',
  shortGiven: 'Mara',
  family: 'Lehmann-Nowak',
  street: 'Sandower Straße',
  number: '12 a',
  postalCode: '03046',
} as const

/** Puts another person into what an example answers. */
export function asAnswered(value: string, person: Person): string {
  const [first = ''] = person.given.split(' ')
  return value
    .replaceAll(/\bmara(\.lehmann)?@beispiel\.example/g, emailOf(person))
    .replaceAll(EXAMPLE.given, person.given)
    .replaceAll(new RegExp(`\\b${EXAMPLE.shortGiven}\\b`, 'g'), first)
    .replaceAll(EXAMPLE.family, person.family)
    .replaceAll(EXAMPLE.street, person.street)
    .replaceAll(new RegExp(`^${EXAMPLE.postalCode}$`, 'g'), person.postalCode)
    .replaceAll(new RegExp(`^${EXAMPLE.number}$`, 'g'), person.number)
}

function emailOf({ given, family }: Person): string {
  const plain = (text: string): string =>
    text
      .toLowerCase()
      .replaceAll('ß', 'ss')
      .replaceAll('ł', 'l')
      .replaceAll('ı', 'i')
      .normalize('NFD')
      .replace(/[^a-z]/g, '')
  return `${plain(given.split(' ')[0] ?? '')}.${plain(family)}@beispiel.example`
}
