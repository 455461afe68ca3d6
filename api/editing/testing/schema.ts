/* Data schemas put together for tests, so that two versions differ in one thing. */

const identity = (id: string, name: string): string =>
  `<xdf:identifikation><xdf:id>${id}</xdf:id><xdf:version>1.0.0</xdf:version></xdf:identifikation><xdf:name>${name}</xdf:name><xdf:bezug>Ordnung (erfunden) § 1</xdf:bezug><xdf:bezeichnungEingabe>${name}</xdf:bezeichnungEingabe><xdf:bezeichnungAusgabe>${name}</xdf:bezeichnungAusgabe>`

const placed = (count: string, element: string): string =>
  `<xdf:struktur><xdf:anzahl>${count}</xdf:anzahl><xdf:enthaelt>${element}</xdf:enthaelt></xdf:struktur>`

/** A rule in words; `type` as the standard has it: B computes, K and V check. */
export const ruleXml = (id: string, name: string, text: string, type = 'V'): string =>
  `<xdf:regel><xdf:identifikation><xdf:id>${id}</xdf:id><xdf:version>1.0.0</xdf:version></xdf:identifikation><xdf:name>${name}</xdf:name><xdf:freitextRegel>${text}</xdf:freitextRegel><xdf:typ><code>${type}</code></xdf:typ></xdf:regel>`

/** A question; `type` and `art` as the standard has them, `limits` as attributes, `rules` made by `ruleXml`. */
export const fieldXml = (
  id: string,
  name: string,
  { type = 'text', count = '1:1', art = 'input', limits = '', rules = '' } = {},
): string =>
  placed(
    count,
    `<xdf:datenfeld>${identity(id, name)}<xdf:schemaelementart><code>HAR</code></xdf:schemaelementart>${rules}<xdf:feldart><code>${art}</code></xdf:feldart><xdf:datentyp><code>${type}</code></xdf:datentyp>${limits === '' ? '' : `<xdf:praezisierung ${limits}/>`}</xdf:datenfeld>`,
  )

/** A group of questions; one that may stand several times is a list. */
export const groupXml = (id: string, name: string, children: string, count = '1:1'): string =>
  placed(
    count,
    `<xdf:datenfeldgruppe>${identity(id, name)}<xdf:schemaelementart><code>RNG</code></xdf:schemaelementart>${children}</xdf:datenfeldgruppe>`,
  )

/** A whole schema of one version. */
export const schemaXml = (children: string, version = '1.0.0'): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<xdf:xdatenfelder.stammdatenschema.0102 xmlns:xdf="urn:xoev-de:fim:standard:xdatenfelder_3.0.0">
<xdf:header><xdf:nachrichtID>1</xdf:nachrichtID><xdf:erstellungszeitpunkt>2026-11-02T08:00:00Z</xdf:erstellungszeitpunkt></xdf:header>
<xdf:stammdatenschema>
  <xdf:identifikation><xdf:id>S77000000009</xdf:id><xdf:version>${version}</xdf:version></xdf:identifikation><xdf:name>Liegeplatz</xdf:name><xdf:bezug>Ordnung (erfunden)</xdf:bezug>
  <xdf:freigabestatus><code>6</code></xdf:freigabestatus><xdf:bezeichnungEingabe>Liegeplatz</xdf:bezeichnungEingabe>
${children}
</xdf:stammdatenschema>
</xdf:xdatenfelder.stammdatenschema.0102>
`
