/** OZG maturity of a service: 0 nothing, 1 information, 2 form, 3 online with proofs and payment, 4 once-only. */
export type Level = 0 | 1 | 2 | 3 | 4

/** What is configured of a service, part by part. Made from files and checks, never typed in. */
export type ServiceParts = {
  /** The catalogue or the city says what the service is. */
  readonly description: boolean
  /** Data schema and questions fit together and can be asked or printed. */
  readonly form: boolean
  /** No rule in words is left without an answer. */
  readonly answered: boolean
  /** Opened for applications on our own pages. */
  readonly online: boolean
  /** A sound process that ends, with a postbox. */
  readonly process: boolean
  /** Words for every state that a citizen can notice. */
  readonly messages: boolean
  /** Templates of all notices that the process makes. */
  readonly notices: boolean
  /** Proofs can be handed in online, or none are needed. */
  readonly evidence: boolean
  /** What has to be paid with the application can be paid online, or nothing has. */
  readonly payment: boolean
  /** Nothing else of the service is open or wrong: settings, fee, examples. With anything wrong nothing can be published. */
  readonly settled: boolean
  /** What the administration knows already is fetched from a register. */
  readonly registers: boolean
}
export type Part = keyof ServiceParts

export type Maturity = {
  readonly level: Level
  /** Parts that are missing for the next level; empty at level 4. Worded in content (`level.missing.<part>`). */
  readonly missing: readonly Part[]
}

/** Parts that each level adds to those before it. */
const NEEDED: Readonly<Record<1 | 2 | 3 | 4, readonly Part[]>> = {
  1: ['description'],
  2: ['form'],
  3: ['answered', 'process', 'messages', 'notices', 'evidence', 'payment', 'settled', 'online'],
  4: ['registers'],
}

/** Every part of a service, in the order in which it is usually made. */
export const PARTS: readonly Part[] = Object.values(NEEDED).flat()

/**
 * Derives the maturity of a service from its parts: the highest level of which, and of all below, no part is missing.
 * Pure; taking any part away never raises the level.
 * @see § 1a OZG; maturity model of the OZG programme (levels 0 to 4)
 */
export function levelOf(parts: ServiceParts): Maturity {
  for (const next of [1, 2, 3, 4] as const) {
    const missing = NEEDED[next].filter((part) => !parts[part])
    if (missing.length > 0) {
      return { level: (next - 1) as Level, missing }
    }
  }
  return { level: 4, missing: [] }
}
