import * as v from 'valibot'

export const Slug = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,80}$/))
export const Id = v.pipe(v.string(), v.uuid())
export const SheetId = v.pipe(v.string(), v.regex(/^[a-z]{1,20}(\.[A-Za-z0-9_.-]{1,120})?$/))
export const FileName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9._-]{1,80}$/))
export const NoticeName = v.pipe(v.string(), v.regex(/^(approval|refusal)\.[a-z]{2,3}$/))
export const Address = v.pipe(v.string(), v.regex(/^[a-z0-9-]{1,120}$/))

const Seen = v.pipe(v.string(), v.regex(/^[0-9a-f]{24}$/))
const Conflict = v.optional(v.union([v.literal(''), Id]), '')
const Version = v.pipe(v.union([v.number(), v.pipe(v.string(), v.regex(/^\d{1,9}$/), v.toNumber())]), v.integer())

/** Rows of a sheet by name, with what was shown; `conflict` names what this settles. */
export const SaveSheet = v.objectWithRest({ seen: Seen, conflict: Conflict }, v.pipe(v.string(), v.maxLength(20_000)))
export const SaveFile = v.strictObject({
  seen: Seen,
  conflict: Conflict,
  text: v.pipe(v.string(), v.maxLength(240_000)),
})
export const ChooseProcess = v.strictObject({ template: Slug })
export const OfVersion = v.strictObject({ version: Version })
/** `germanParts`: whoever publishes knows that texts without a translation are read in German. */
export const PublishService = v.strictObject({ version: Version, germanParts: v.optional(v.literal('yes')) })
export const StartPreview = v.strictObject({ example: v.optional(v.pipe(v.string(), v.maxLength(300)), '') })
export const Nothing = v.strictObject({})

const Finding = v.object({
  file: v.string(),
  line: v.number(),
  type: v.string(),
  detail: v.string(),
  suggestion: v.optional(v.string()),
})
const Maturity = v.object({ level: v.number(), missing: v.array(v.string()) })
const ServiceLine = {
  slug: Slug,
  title: v.string(),
  maturity: Maturity,
  online: v.string(),
  isChanged: v.boolean(),
  isNew: v.boolean(),
}
export const ServiceList = v.object({
  services: v.array(v.object(ServiceLine)),
  catalogue: v.array(v.object({ key: v.string(), name: v.string() })),
})
export const Overview = v.object({
  ...ServiceLine,
  findings: v.array(Finding),
  version: v.number(),
  arePagesShown: v.boolean(),
  draftsRunning: v.number(),
  casesBefore: v.number(),
})
export const Begun = v.object({ slug: Slug })
export const SavedChange = v.object({ kind: v.picklist(['saved', 'conflict']), conflictId: v.optional(Id), made: v.optional(v.string()) }) // biome-ignore format: one line
export const PublishedOutput = v.object({ revisionId: v.string() })
export const PageOutput = v.object({ page: v.string() })
