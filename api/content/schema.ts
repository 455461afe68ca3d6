import * as v from 'valibot'
import { GeoShape, OpeningShape } from './mirror.ts'

/** Languages in which content may be written. */
export const LANGS = ['de', 'dsb', 'en'] as const

const Line = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(300))
const Prose = v.pipe(v.string(), v.maxLength(20_000))
const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9]+(-[a-z0-9]+)*$/), v.maxLength(80))
const Slugs = v.optional(v.pipe(v.array(Slug), v.maxLength(60)), [])
/** German is obligatory, the other languages may be missing. */
const Lines = v.strictObject({ de: Line, dsb: v.exactOptional(Line), en: v.exactOptional(Line) })
const Proses = v.strictObject({ de: Prose, dsb: v.exactOptional(Prose), en: v.exactOptional(Prose) })
const Day = v.pipe(v.string(), v.isoDate())
const MonthDay = v.pipe(v.string(), v.regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/))
const Validity = { validFrom: Day, validTo: v.exactOptional(Day), source: v.pipe(Line, v.maxLength(200)) }
const Colour = v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/))
const Setting = v.pipe(v.string(), v.regex(/^[A-Z][A-Z0-9_]{2,60}$/))
const HttpsUrl = v.pipe(v.string(), v.maxLength(500), v.url(), v.regex(/^https:\/\//))
const Phone = v.pipe(v.string(), v.regex(/^\+?[0-9 /-]{3,30}$/))

/** content/city.yaml: who the city is. */
export const CityShape = v.strictObject({
  name: v.strictObject({ de: Line, dsb: Line }),
  authority: v.strictObject({ de: Line, dsb: Line }),
  /** Regional key, 12 digits. */
  ars: v.pipe(v.string(), v.regex(/^\d{12}$/)),
  ags: v.pipe(v.string(), v.regex(/^\d{8}$/)),
  land: v.strictObject({ code: v.pipe(v.string(), v.regex(/^\d{2}$/)), name: Line }),
  timeZone: v.literal('Europe/Berlin'),
  address: v.strictObject({
    street: Line,
    streetDsb: v.exactOptional(Line),
    postalCode: v.pipe(v.string(), v.regex(/^\d{5}$/)),
    town: Line,
    townDsb: v.exactOptional(Line),
  }),
  phone: Phone,
  /** In German alone, or in several languages. */
  phoneHours: v.union([
    v.pipe(
      Line,
      v.transform((de) => ({ de })),
    ),
    Lines,
  ]),
  email: v.pipe(v.string(), v.email()),
  accent: v.strictObject({ light: Colour, dark: Colour }),
  /** Letters before a reference, e.g. `CB`. */
  referencePrefix: v.pipe(v.string(), v.regex(/^[A-Z]{1,4}$/)),
  languages: v.pipe(v.array(v.picklist(LANGS)), v.minLength(1)),
  /**
   * Languages in which people may write to the administration besides German, and who translates what they wrote: a team with its own
   * substitutes. The time runs from receipt, the original counts, and it costs the person nothing (§ 4 VwVfGBbg, § 8 SWG).
   */
  translations: v.optional(
    v.array(v.strictObject({ lang: v.picklist(LANGS), postbox: Slug, deadline: v.exactOptional(Slug) })),
    [],
  ),
  popular: Slugs,
  footerPages: Slugs,
  /** Harmless page to which the quick exit of sensitive services leads. */
  quickExit: v.optional(HttpsUrl, 'https://www.dwd.de/'),
})
export type City = v.InferOutput<typeof CityShape>

/** Kinds of text modules that the city may write itself; the same names as on the service page. */
export const CITY_TEXT_KINDS = [
  'overview', 'requirements', 'documents', 'fees', 'deadlines', 'processing-time', 'procedure',
  'legal-bases', 'remedy', 'forms', 'hints', 'further',
] as const // biome-ignore format: one list
const CityTexts = v.strictObject({
  ...(Object.fromEntries(CITY_TEXT_KINDS.map((kind) => [kind, v.exactOptional(Proses)])) as Record<
    (typeof CITY_TEXT_KINDS)[number],
    v.ExactOptionalSchema<typeof Proses, undefined>
  >),
})

const Expression = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2000))
const InputName = v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9]{0,39}$/))

/** What an application costs: amounts of fees.yaml; every expression is FEEL over the form's answers. */
const FeeUseShape = v.strictObject({
  items: v.pipe(
    v.array(
      v.strictObject({
        fee: Slug,
        /** Owed only where true. */
        when: v.exactOptional(Expression),
        /** Owed only where none of the items before it is owed, back to the last one that is not `otherwise`: a table, read from its top. */
        otherwise: v.exactOptional(v.literal(true)),
        /** How often; once where absent. */
        count: v.exactOptional(Expression),
        /** The day on which it is judged, for fees with `judgedOn: event`. */
        eventOn: v.exactOptional(Expression),
        /** Values for the inputs that the fee's rule names. */
        with: v.optional(v.record(InputName, Expression), {}),
      }),
    ),
    v.minLength(1),
    v.maxLength(20),
  ),
  /** Freedom of charge that a person claims; a clerk decides on the evidence. */
  exemption: v.exactOptional(
    v.strictObject({
      when: Expression,
      /** Path of the upload question that proves it. */
      evidence: v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/)),
      text: Lines,
    }),
  ),
})

const FieldPath = v.pipe(v.string(), v.regex(/^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/))

/** A record that a register can give instead of a document (Once-Only, § 5 EGovG); the person chooses each time. */
const LookupShape = v.strictObject({
  id: InputName,
  register: Slug,
  /** The question whose answer `code` asks the register, and `instead` another way to prove it. */
  choice: FieldPath,
  code: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,39}$/)),
  instead: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,39}$/)),
  purpose: Lines,
  legalBasis: Line,
  /** What is asked about is the person's own record: so sure it must be who they are. */
  trustLevel: v.optional(v.picklist(['basic', 'substantial', 'high']), 'substantial'),
  /** Questions whose answers go over, by the register's names. */
  query: v.optional(v.record(InputName, FieldPath), {}),
  /** Questions that the register answers, by its names. */
  values: v.record(InputName, FieldPath),
})

/** services/<slug>/service.yaml: what the city adds to one service of the catalogue. */
export const ServiceShape = v.strictObject({
  /** Key of the service in content/catalogue/services. */
  catalogue: v.pipe(v.string(), v.regex(/^[a-z0-9_~-]+\.[a-z0-9_~-]+\.[a-z0-9_~-]+$/)),
  title: v.exactOptional(Lines),
  keywords: v.optional(v.pipe(v.array(Line), v.maxLength(60)), []),
  lifeSituations: Slugs,
  related: Slugs,
  /** Offices of the city, where they differ from the state's responsibilities. */
  offices: Slugs,
  postbox: Slug,
  /** Where objections to its notices are worked; else the postbox of the service. */
  objectionPostbox: v.exactOptional(Slug),
  trustLevel: v.picklist(['none', 'basic', 'substantial', 'high']),
  /** `replaced`: the law asks for writing, and an application of an identified person takes its place (§ 9a Abs. 5 OZG). */
  writtenForm: v.exactOptional(v.picklist(['replaced'])),
  /** Law of procedure: general, of taxes, of social services; it decides how a notice reaches the person. */
  procedureLaw: v.optional(v.picklist(['vwvfg', 'ao', 'sgb']), 'vwvfg'),
  filePlan: v.pipe(v.string(), v.regex(/^\d+(\.\d+)*$/)),
  retention: Slug,
  connectors: Slugs,
  fees: Slugs,
  fee: v.exactOptional(FeeUseShape),
  lookups: v.optional(v.pipe(v.array(LookupShape), v.maxLength(10)), []),
  /** A law allows a decision without a clerk (§ 35a VwVfG, § 155 Abs. 4 AO); off where absent. */
  automatic: v.exactOptional(v.strictObject({ norm: Line, ...Validity })),
  /**
   * `own`: our application; `assistant`: our form is filled and checked here, printed, and handed in on paper (for what
   * must not be done online as a whole); `elsewhere`: the state's online service; `none`.
   */
  online: v.picklist(['own', 'assistant', 'elsewhere', 'none']),
  /** `none`: nothing has to be handed in, although the description names documents. */
  evidence: v.optional(v.picklist(['upload', 'none']), 'upload'),
  appointmentUrl: v.exactOptional(HttpsUrl),
  /** No application for now; the reason is told where it would begin. */
  pause: v.exactOptional(v.strictObject({ from: Day, until: v.exactOptional(Day), reason: Lines })),
  /** Part of every year in which one may apply, both days included: `03-01` to `05-31`. */
  season: v.exactOptional(v.strictObject({ from: MonthDay, until: MonthDay })),
  /** Whoever looks over a shoulder may be a danger: every page has a way out at once. */
  isSensitive: v.optional(v.boolean(), false),
  /** Settings of a new service that hold anything only so that it can be tried; nothing goes online before a person chose. */
  undecided: v.optional(v.array(v.picklist(['postbox', 'trustLevel', 'filePlan', 'retention'])), []),
  /**
   * How long a decision usually takes, from the day it can be worked on: the deadline of the task that decides, where the
   * process names none of its own, and what citizens are told.
   */
  processing: v.exactOptional(
    v.strictObject({
      count: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366)),
      unit: v.picklist(['day', 'week', 'month']),
    }),
  ),
  /** Minutes an application usually takes. */
  minutes: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(240))),
  /** Short lines for "at a glance", where the state's are missing or too long. */
  glance: v.optional(
    v.strictObject({
      fee: v.exactOptional(Lines),
      deadline: v.exactOptional(Lines),
      processingTime: v.exactOptional(Lines),
    }),
    {},
  ),
  /** Markdown; replaces the state's module of the same kind. */
  texts: v.optional(CityTexts, {}),
})
export type ServiceConfig = v.InferOutput<typeof ServiceShape>

/** offices/<slug>.yaml: the city's word on an office of the catalogue; every field replaces the state's. */
export const OfficeShape = v.strictObject({
  catalogue: v.pipe(v.string(), v.maxLength(300)),
  name: v.exactOptional(Lines),
  street: v.exactOptional(Lines),
  postalCode: v.exactOptional(v.pipe(v.string(), v.regex(/^\d{5}$/))),
  town: v.exactOptional(Lines),
  phone: v.exactOptional(Phone),
  email: v.exactOptional(v.pipe(v.string(), v.email())),
  hours: v.exactOptional(v.pipe(v.array(OpeningShape), v.maxLength(40))),
  hoursNote: v.exactOptional(Lines),
  accessibility: v.exactOptional(Lines),
  transport: v.exactOptional(Lines),
  geo: v.exactOptional(GeoShape),
  description: v.exactOptional(Proses),
})
export type OfficeConfig = v.InferOutput<typeof OfficeShape>

/** life-situations/<slug>.yaml. */
export const LifeSituationShape = v.strictObject({
  order: v.pipe(v.number(), v.integer()),
  icon: Slug,
  title: Lines,
  teaser: Lines,
  keywords: v.optional(v.pipe(v.array(Line), v.maxLength(60)), []),
  text: Proses,
})
export type LifeSituation = v.InferOutput<typeof LifeSituationShape>

/** postboxes/<id>.yaml: a queue and the team that works it. */
export const PostboxShape = v.strictObject({
  name: Lines,
  /** Value of the identity provider's team claim whose members work here. */
  team: Slug,
  office: Slug,
  /** Nobody outside the team sees or finds what lies here (§ 30 AO). */
  isTaxSecret: v.optional(v.boolean(), false),
})
export type Postbox = v.InferOutput<typeof PostboxShape>

/** connectors/<id>.yaml: a configured link to a specialist application. Address and secret come from the environment. */
export const ConnectorShape = v.strictObject({
  kind: v.literal('webhook'),
  name: Lines,
  /** Names of the settings that hold address and signing secret. */
  urlSetting: Setting,
  secretSetting: Setting,
  topics: v.pipe(v.array(v.picklist(['submission-received', 'decision-made', 'vorgang-closed'])), v.minLength(1)),
  timeoutSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60)), 10),
  attemptsMax: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100)), 20),
})
export type ConnectorConfig = v.InferOutput<typeof ConnectorShape>

/** registers/<id>.yaml: a register that can be asked. Address and secret come from the environment. */
export const RegisterShape = v.strictObject({
  name: Lines,
  urlSetting: Setting,
  secretSetting: Setting,
  timeoutSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(60)), 10),
  /** What it can say, by its names. */
  values: v.record(InputName, Lines),
})
export type RegisterConfig = v.InferOutput<typeof RegisterShape>

/** file-plan.yaml: subjects under which eAkten are kept; `22.1` lies under `22`. Only positions with a prefix hold eAkten. */
export const FilePlanShape = v.strictObject({
  positions: v.pipe(
    v.array(
      v.strictObject({
        id: v.pipe(v.string(), v.regex(/^\d+(\.\d+)*$/)),
        title: Line,
        /** Letters of an Aktenzeichen, e.g. `HU` in `HU 2026/00123`. */
        prefix: v.exactOptional(v.pipe(v.string(), v.regex(/^[A-Z]{1,6}$/))),
      }),
    ),
    v.maxLength(2000),
  ),
})
export type FilePlan = v.InferOutput<typeof FilePlanShape>

/** retention.yaml: how long eAkten are kept and what follows. A case is judged by the version in force when it is closed. */
export const RetentionShape = v.strictObject({
  rules: v.pipe(
    v.array(
      v.strictObject({
        id: Slug,
        years: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(110)),
        /** The period begins when the Vorgang is closed, or with the end of that calendar year. */
        from: v.picklist(['closing', 'end-of-year']),
        afterwards: v.picklist(['offer-to-archive', 'destroy']),
        ...Validity,
      }),
    ),
    v.maxLength(500),
  ),
})
export type RetentionRules = v.InferOutput<typeof RetentionShape>

const Cents = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(99_999_900))

/** fees.yaml: amounts in cents, or a FEEL rule over `inputs` and `table`; judged at the date that `judgedOn` names. */
export const FeesShape = v.strictObject({
  fees: v.pipe(
    v.array(
      v.strictObject({
        id: Slug,
        name: Lines,
        amountCents: v.exactOptional(Cents),
        /** What is owed of it at least and at most, however often it is counted; nothing where it is not owed. */
        leastCents: v.exactOptional(Cents),
        mostCents: v.exactOptional(Cents),
        /** Gives cents; fractions are rounded half up. */
        rule: v.exactOptional(Expression),
        /** What the rule needs to know of a case, by name and type. */
        inputs: v.optional(v.record(InputName, v.picklist(['number', 'date', 'boolean', 'string'])), {}),
        /** Amounts of the by-law in cents and other whole numbers, `tabelle.<name>` in the rule. */
        table: v.optional(v.record(InputName, v.pipe(v.number(), v.integer())), {}),
        per: v.picklist(['submission', 'year', 'item']),
        judgedOn: v.picklist(['received', 'decided', 'event']),
        isDemo: v.optional(v.boolean(), false),
        ...Validity,
      }),
    ),
    v.maxLength(2000),
  ),
})
export type FeeRules = v.InferOutput<typeof FeesShape>

/** Front matter of pages/<lang>/<slug>.md. */
export const PageShape = v.strictObject({
  title: Line,
  reviewedOn: v.exactOptional(Day),
})
