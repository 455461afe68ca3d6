import * as v from 'valibot'
import type { Identifier } from '../lib/identifier.ts'
import { type RichText, RichTextSchema } from '../lib/rich-text.ts'

/*
 * Shapes of content/catalogue: what the state's catalogue said, one JSON file per object, written by sync, never by hand.
 * An object is named by its key: agency, scheme and value of its XZuFi identifier.
 */

/** Texts by language tag. */
export type Localised<T> = Readonly<Record<string, T>>

export type Amount = {
  readonly kind: 'free' | 'fixed' | 'range'
  /** Code of the catalogue's code list. */
  readonly type?: string
  readonly fromCents?: number
  readonly toCents?: number
  readonly currency?: string
  readonly note: Localised<string>
}
export type TimeUnit = 'YEAR' | 'MONTH' | 'WEEK' | 'DAY' | 'WORKING_DAY' | 'HOUR' | 'MINUTE'
export type Duration = {
  readonly type?: string
  readonly count?: number
  readonly unit?: TimeUnit
  readonly countTo?: number
  readonly unitTo?: TimeUnit
  readonly note: Localised<string>
}
export type CatalogueLink = { readonly uri: string; readonly title?: string; readonly lang?: string }
export type TextModule = {
  /** Code of the list `leistungstextmodulleika`, e.g. `06` for the full text. */
  readonly code: string
  readonly text: Localised<RichText>
  readonly links: readonly CatalogueLink[]
}
export type CatalogueService = {
  readonly format: 1
  readonly kind: 'service'
  readonly key: string
  readonly id: Identifier
  readonly leikaKeys: readonly string[]
  readonly name: Localised<string>
  readonly texts: readonly TextModule[]
  readonly fees: readonly Amount[]
  readonly feesText: Localised<RichText>
  readonly deadlines: readonly Duration[]
  readonly deadlinesText: Localised<RichText>
  readonly processingTimes: readonly Duration[]
  readonly processingText: Localised<RichText>
  readonly keywords: readonly string[]
  readonly typing: readonly string[]
  readonly trustLevel?: string
  readonly approvedOn?: string
  readonly approvedBy?: Localised<string>
  readonly updatedOn?: string
}
export type Opening = { readonly day: 1 | 2 | 3 | 4 | 5 | 6 | 7; readonly from: string; readonly to: string }
export type CatalogueOffice = {
  readonly format: 1
  readonly kind: 'office'
  readonly key: string
  readonly id: Identifier
  readonly name: Localised<string>
  readonly description: Localised<RichText>
  readonly addresses: readonly {
    readonly street: Localised<string>
    readonly postalCode: string
    readonly town: Localised<string>
    readonly geo?: { readonly lat: number; readonly lon: number }
    readonly transport?: Localised<string>
    readonly accessibility?: Localised<string>
  }[]
  readonly phone?: string
  readonly email?: string
  readonly hours: readonly Opening[]
  readonly hoursNote: Localised<string>
  readonly updatedOn?: string
}
export type Responsibility = {
  readonly format: 1
  readonly kind: 'responsibility'
  readonly key: string
  readonly id: Identifier
  readonly owner: 'office' | 'online-service'
  readonly ownerKey: string
  readonly serviceKey: string
  /** ARS keys; none means everywhere. */
  readonly areas: readonly string[]
  readonly role?: string
}
export type OnlineService = {
  readonly format: 1
  readonly kind: 'online-service'
  readonly key: string
  readonly id: Identifier
  readonly name: Localised<string>
  readonly url: string
  readonly trustLevel?: string
}
export type CatalogueObject = CatalogueService | CatalogueOffice | Responsibility | OnlineService
export type CatalogueKind = CatalogueObject['kind']

/** The whole mirror: objects by key. */
export type Mirror = {
  readonly services: ReadonlyMap<string, CatalogueService>
  readonly offices: ReadonlyMap<string, CatalogueOffice>
  readonly responsibilities: ReadonlyMap<string, Responsibility>
  readonly onlineServices: ReadonlyMap<string, OnlineService>
}

/** Folder of each kind under content/catalogue. */
export const MIRROR_FOLDERS = {
  service: 'services',
  office: 'offices',
  responsibility: 'responsibilities',
  'online-service': 'online-services',
} as const

const Text = v.pipe(v.string(), v.maxLength(20_000))
const Key = v.pipe(v.string(), v.regex(/^[a-z0-9_~-]+\.[a-z0-9_~-]+\.[a-z0-9_~-]+$/))
const Lang = v.pipe(v.string(), v.regex(/^[a-z]{2,3}(-[a-z0-9]{1,8})*$/i))
const Texts = v.record(Lang, Text)
const RichTexts = v.record(Lang, RichTextSchema)
const Id = v.strictObject({ agency: Text, scheme: Text, value: Text })
const Cents = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Unit = v.picklist(['YEAR', 'MONTH', 'WEEK', 'DAY', 'WORKING_DAY', 'HOUR', 'MINUTE'])
const Count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const Day = v.pipe(v.string(), v.isoDate())
const Time = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/))
const HttpUrl = v.pipe(v.string(), v.maxLength(2000), v.url(), v.regex(/^https?:/))

const AmountShape = v.strictObject({
  kind: v.picklist(['free', 'fixed', 'range']),
  type: v.exactOptional(Text),
  fromCents: v.exactOptional(Cents),
  toCents: v.exactOptional(Cents),
  currency: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Z]{3}$/))),
  note: Texts,
})
const DurationShape = v.strictObject({
  type: v.exactOptional(Text),
  count: v.exactOptional(Count),
  unit: v.exactOptional(Unit),
  countTo: v.exactOptional(Count),
  unitTo: v.exactOptional(Unit),
  note: Texts,
})
const Link = v.strictObject({ uri: HttpUrl, title: v.exactOptional(Text), lang: v.exactOptional(Lang) })
const ServiceShape = v.strictObject({
  format: v.literal(1),
  kind: v.literal('service'),
  key: Key,
  id: Id,
  leikaKeys: v.array(v.pipe(v.string(), v.regex(/^99\d{12}$/))),
  name: Texts,
  texts: v.array(v.strictObject({ code: Text, text: RichTexts, links: v.array(Link) })),
  fees: v.array(AmountShape),
  feesText: RichTexts,
  deadlines: v.array(DurationShape),
  deadlinesText: RichTexts,
  processingTimes: v.array(DurationShape),
  processingText: RichTexts,
  keywords: v.array(Text),
  typing: v.array(Text),
  trustLevel: v.exactOptional(Text),
  approvedOn: v.exactOptional(Day),
  approvedBy: v.exactOptional(Texts),
  updatedOn: v.exactOptional(Day),
})
/** Opening hours as weekday (1 is Monday) with times of the city's zone. */
export const OpeningShape = v.pipe(
  v.strictObject({ day: v.picklist([1, 2, 3, 4, 5, 6, 7]), from: Time, to: Time }),
  v.check((span) => span.from < span.to, 'opens after it closes'),
)
/** A place on earth in degrees (WGS 84). */
export const GeoShape = v.strictObject({
  lat: v.pipe(v.number(), v.minValue(-90), v.maxValue(90)),
  lon: v.pipe(v.number(), v.minValue(-180), v.maxValue(180)),
})
const OfficeShape = v.strictObject({
  format: v.literal(1),
  kind: v.literal('office'),
  key: Key,
  id: Id,
  name: Texts,
  description: RichTexts,
  addresses: v.array(
    v.strictObject({
      street: Texts,
      postalCode: Text,
      town: Texts,
      geo: v.exactOptional(GeoShape),
      transport: v.exactOptional(Texts),
      accessibility: v.exactOptional(Texts),
    }),
  ),
  phone: v.exactOptional(Text),
  email: v.exactOptional(Text),
  hours: v.array(OpeningShape),
  hoursNote: Texts,
  updatedOn: v.exactOptional(Day),
})
const ResponsibilityShape = v.strictObject({
  format: v.literal(1),
  kind: v.literal('responsibility'),
  key: Key,
  id: Id,
  owner: v.picklist(['office', 'online-service']),
  ownerKey: Key,
  serviceKey: Key,
  areas: v.array(v.pipe(v.string(), v.regex(/^\d{2,12}$/))),
  role: v.exactOptional(Text),
})
const OnlineServiceShape = v.strictObject({
  format: v.literal(1),
  kind: v.literal('online-service'),
  key: Key,
  id: Id,
  name: Texts,
  url: HttpUrl,
  trustLevel: v.exactOptional(Text),
})

/** Checks one file of the mirror. */
export const CatalogueObjectSchema: v.GenericSchema<unknown, CatalogueObject> = v.variant('kind', [
  ServiceShape,
  OfficeShape,
  ResponsibilityShape,
  OnlineServiceShape,
])
