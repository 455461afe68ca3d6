import type { DeadlineRules } from '../lib/deadlines.ts'
import type { Finding } from '../lib/finding.ts'
import type { RichText } from '../lib/rich-text.ts'
import type { Mirror } from './mirror.ts'
import type {
  City,
  ConnectorConfig,
  FeeRules,
  FilePlan,
  LifeSituation,
  OfficeConfig,
  Postbox,
  RegisterConfig,
  RetentionRules,
  ServiceConfig,
} from './schema.ts'

/** A page of the city in one language, from pages/<lang>/<slug>.md. */
export type CityPage = {
  readonly lang: string
  readonly slug: string
  readonly title: string
  readonly reviewedOn?: string
  readonly text: RichText
}

/** A word of the user interface: one text, or its plural forms by the names of Intl.PluralRules. */
export type Word = string | Readonly<Record<string, string>>

/**
 * Everything a content revision says, checked and unchangeable. Maps are in the order of their paths.
 * Files that other modules read (forms, processes, templates) are given as bytes by path.
 */
export type Content = {
  /** Digest of the revision's manifest: equal contents have equal digests. */
  readonly digest: string
  readonly city: City
  readonly services: ReadonlyMap<string, ServiceConfig>
  readonly offices: ReadonlyMap<string, OfficeConfig>
  readonly lifeSituations: ReadonlyMap<string, LifeSituation>
  readonly postboxes: ReadonlyMap<string, Postbox>
  readonly connectors: ReadonlyMap<string, ConnectorConfig>
  readonly registers: ReadonlyMap<string, RegisterConfig>
  readonly filePlan: FilePlan
  readonly retention: RetentionRules
  readonly fees: FeeRules
  readonly deadlines: DeadlineRules
  /** By `<lang>/<slug>`. */
  readonly pages: ReadonlyMap<string, CityPage>
  /** By language; keys flattened, e.g. `home.title`. */
  readonly words: ReadonlyMap<string, Readonly<Record<string, Word>>>
  /** City texts of services as rich text, by `<service slug>/<module kind>/<lang>`. */
  readonly serviceTexts: ReadonlyMap<string, RichText>
  /** City texts of offices and life situations, by `<folder>/<slug>/<lang>`. */
  readonly texts: ReadonlyMap<string, RichText>
  readonly mirror: Mirror
  readonly paths: readonly string[]
  /** Bytes of a file outside content/catalogue; undefined where there is none. */
  readonly file: (path: string) => Uint8Array | undefined
  /** SHA-256 of a file in hex; undefined where there is none. */
  readonly digestOfFile: (path: string) => string | undefined
}

/** Says what is wrong in a content revision: each module contributes one; none writes anything. */
export type ContentChecker = (content: Content) => readonly Finding[] | Promise<readonly Finding[]>

export type ContentResult =
  | { readonly ok: true; readonly content: Content }
  | { readonly ok: false; readonly findings: readonly Finding[] }
