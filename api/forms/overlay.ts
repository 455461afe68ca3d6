import * as v from 'valibot'
import { ATTRIBUTES, prefillName } from '../lib/attribute-names.ts'
import { ADDRESS_PARTS } from './model.ts'

const text = v.pipe(v.string(), v.trim(), v.nonEmpty('is empty.'), v.maxLength(2000, 'is longer than 2000 characters.'))
const key = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, 'is not lower case letters, digits and hyphens.'),
  v.maxLength(60),
)
const path = v.pipe(v.string(), v.maxLength(120))
const element = v.pipe(v.string(), v.regex(/^[A-Za-z0-9.-]{1,40}$/, 'is no id of a data element.'))
const rule = v.pipe(v.string(), v.trim(), v.nonEmpty('is empty.'))
const texts = v.optional(v.pipe(v.array(text), v.maxLength(20)), [])

/** Tokens of the attribute `autocomplete` that questions to a person may carry (WCAG 2.2, 1.3.5). */
const AUTOCOMPLETE = [
  'given-name',
  'family-name',
  'name',
  'bday',
  'street-address',
  'address-line1',
  'address-line2',
  'address-line3',
  'postal-code',
  'address-level2',
  'country-name',
  'email',
  'tel',
  'organization',
  'off',
] as const

const level = v.picklist(['basic', 'substantial', 'high'])
/** Ids of steps that somebody else reads. */
const sees = v.optional(v.pipe(v.array(key), v.maxLength(50)), [])
const deadlineDays = v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(28)), 14)

/** Words of `required` that are no rule. */
export const ALWAYS = 'always'
export const NEVER = 'never'

/** The rule by which an answer is obligatory; absent where it always or never is, or the data schema says it. */
export const requiredRule = ({ required }: { readonly required?: string | undefined } = {}): string | undefined =>
  required === ALWAYS || required === NEVER ? undefined : required

const option = v.strictObject({ label: text, hint: v.optional(text) })

const prefillSource = v.picklist(ATTRIBUTES.map(prefillName), 'names nothing that an account says.')

const fieldOverlay = v.strictObject({
  element,
  kind: v.optional(v.string()),
  label: text,
  short: v.optional(text),
  subject: v.optional(text),
  object: v.optional(text),
  hint: v.optional(text),
  why: v.optional(v.string()),
  options: v.optional(v.record(v.string(), option)),
  /** Name of a file in `code-lists/`, where the data schema does not hold the codes. */
  codeList: v.optional(key),
  display: v.optional(v.picklist(['radios', 'dropdown'])),
  autocomplete: v.optional(v.picklist(AUTOCOMPLETE)),
  /**
   * What of the applicant's account stands here already: `account.givenNames`, `organisation.name`; of several the first that the
   * account has, so that the same question is filled for a person and for an organisation.
   */
  prefill: v.optional(v.union([prefillSource, v.pipe(v.array(prefillSource), v.minLength(1), v.maxLength(4))])),
  past: v.optional(v.boolean(), false),
  future: v.optional(v.boolean(), false),
  decimals: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(6))),
  unit: v.optional(text),
  text: v.optional(text),
  when: v.optional(rule),
  /** Whether an answer is obligatory: `always`, `never`, or FEEL over earlier answers; left out, the data schema says it. */
  required: v.optional(rule),
  /** A file may be handed in after the application: the person is asked for it then, with a day until which. */
  later: v.optional(v.boolean(), false),
  /** Documents that can prove the answer: which ones depends on earlier answers (`when`, FEEL; `condition` says it in words). */
  evidence: v.optional(
    v.pipe(
      v.array(v.strictObject({ name: text, when: v.optional(rule), condition: v.optional(text) })),
      v.maxLength(20),
    ),
    [],
  ),
  /** FEEL: the value of a computed field, from answers of earlier pages. */
  compute: v.optional(rule),
})

/** `kind: address`: the fields of the group that are its parts are asked as one question, by the keys they have in it. */
const groupOverlay = v.strictObject({
  element,
  title: text,
  kind: v.optional(v.literal('address')),
  parts: v.optional(v.record(v.picklist(ADDRESS_PARTS), v.pipe(v.string(), v.maxLength(40)))),
})

const questionStep = v.strictObject({
  id: key,
  section: v.optional(key),
  title: v.optional(text),
  lead: v.optional(text),
  fields: v.pipe(v.array(path), v.minLength(1, 'names no field.'), v.maxLength(12, 'names more than 12 fields.')),
  when: v.optional(rule),
  /** From here on the applicant has to be signed in at least at this level. */
  trustLevel: v.optional(level),
  /** Somebody else may answer this page, asked by the applicant; they see it and the pages it names, nothing else. */
  delegate: v.optional(v.strictObject({ title: text, text, sees, trustLevel: v.optional(level), deadlineDays })),
})

const loopEntries = {
  id: key,
  section: v.optional(key),
  title: text,
  loop: path,
  itemTitle: text,
  itemName: v.optional(path),
  another: text,
  when: v.optional(rule),
}

type LoopStepInput = v.InferOutput<v.StrictObjectSchema<typeof loopEntries, undefined>> & { steps: StepInput[] }
type StepInput = v.InferOutput<typeof questionStep> | LoopStepInput

const isLoop = (input: unknown): boolean => typeof input === 'object' && input !== null && Object.hasOwn(input, 'loop')
const step: v.GenericSchema<unknown, StepInput> = v.lazy((input) => (isLoop(input) ? loopStep : questionStep))
const loopStep: v.GenericSchema<unknown, LoopStepInput> = v.strictObject({
  ...loopEntries,
  steps: v.pipe(v.array(step), v.minLength(1, 'has no steps.'), v.maxLength(20)),
})

/** Answer to a rule that the data schema has in free text: exactly one of the five. */
const ruleAnswer = v.pipe(
  v.strictObject({
    /** Id of one of `checks`. */
    check: v.optional(key),
    /** Id of a step, or path of a field, whose condition (`when`, `required`) keeps the rule. */
    condition: v.optional(path),
    /** What in the form keeps the rule, of several all: `check:<id>`, `page:<step>`, `when:<path>`, `required:<path>` and so on. */
    kept: v.optional(
      v.pipe(
        v.array(
          v.pipe(
            v.string(),
            v.regex(
              /^(check|page|when|required|compute|limit|eligibility):[A-Za-z0-9.-]{1,120}$/,
              'names nothing that keeps a rule.',
            ),
          ),
        ),
        v.minLength(1, 'names nothing.'),
        v.maxLength(20),
      ),
    ),
    /** A clerk looks at it in each case. */
    clerk: v.optional(v.literal(true)),
    /** Why nothing has to be checked, for whoever reads it later. */
    reason: v.optional(v.pipe(text, v.minLength(10, 'is no sentence.'))),
    /** Who said so, and on which day. */
    by: v.optional(v.pipe(text, v.maxLength(200))),
    on: v.optional(v.pipe(v.string(), v.isoDate('is no day.'))),
  }),
  v.check(
    ({ by: _, on: __, ...answer }) => Object.values(answer).filter((value) => value !== undefined).length === 1,
    'needs exactly one of check, condition, kept, clerk, reason.',
  ),
)

/**
 * Shape of `form.<lang>.yaml`: how the city asks what the data schema names. Rules are FEEL; money in cents; a name in
 * a rule is the path of a field, `eintrag.<field>` inside a loop is the item at hand, `eintragOben.<field>` the one around
 * it, `heute` the day in Berlin.
 */
export const Overlay = v.strictObject({
  format: v.literal(1),
  element,
  version: v.string(),
  title: text,
  purposes: v.record(v.string(), v.strictObject({ purpose: text, legalBasis: v.optional(text) })),
  groups: v.record(v.string(), groupOverlay),
  fields: v.record(v.string(), fieldOverlay),
  /**
   * Fields that nobody fills in, by their paths: locked ones of the data schema, and notes that a rule computes. One that is worked
   * out stands in `fields` with its `compute` as well. `rules`: the rules in words that say how.
   */
  locked: v.optional(
    v.record(
      v.string(),
      v.strictObject({
        element,
        label: text,
        as: v.picklist(['number', 'money', 'bool', 'date', 'text']),
        why: v.string(),
        rules: v.array(element),
      }),
    ),
    {},
  ),
  sections: v.pipe(v.array(v.strictObject({ id: key, title: text })), v.minLength(1)),
  steps: v.pipe(v.array(step), v.minLength(1), v.maxLength(200)),
  checks: v.optional(v.pipe(v.array(v.strictObject({ id: key, at: path, rule, text })), v.maxLength(50)), []),
  /** Answers to the data schema's rules in free text, by the id of the rule. */
  rules: v.optional(v.record(element, ruleAnswer), {}),
  /** What the law asks of whoever applies: what is unmet is explained, and one may apply all the same (§ 24 Abs. 3 VwVfG). */
  eligibility: v.optional(
    v.strictObject({
      title: v.optional(text),
      next: texts,
      conditions: v.pipe(
        v.array(v.strictObject({ id: key, rule, unmet: text, unclear: text })),
        v.minLength(1),
        v.maxLength(20),
      ),
    }),
  ),
  /** Questions of the form that are asked before it, to nobody's record: paths outside of repeating groups. */
  precheck: v.optional(
    v.strictObject({
      lead: text,
      questions: v.pipe(v.array(path), v.minLength(2, 'names fewer than 2 questions.'), v.maxLength(5)),
    }),
  ),
  /**
   * Who must agree beside the applicant before the application is sent: they read the pages named here, confirm each
   * declaration, and sign in where a level is asked for (else the service's level counts).
   */
  signers: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          id: key,
          title: text,
          text,
          when: v.optional(rule),
          count: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)), 1),
          sees: v.pipe(v.array(key), v.minLength(1, 'names no step.'), v.maxLength(50)),
          declarations: v.pipe(
            v.array(v.strictObject({ id: key, text })),
            v.minLength(1, 'has nothing to declare.'),
            v.maxLength(10),
          ),
          trustLevel: v.optional(level),
          deadlineDays,
        }),
      ),
      v.maxLength(10),
    ),
    [],
  ),
  /**
   * For whom one applies: a question whose codes mean the four kinds. A mandate needs a proof (a file or a declaration), a
   * company its name and who represents it.
   */
  applicant: v.optional(
    v.strictObject({
      question: path,
      kinds: v.record(v.string(), v.picklist(['self', 'child', 'mandate', 'company'])),
      mandate: v.optional(v.strictObject({ proof: path })),
      company: v.optional(v.strictObject({ name: path, representation: path })),
    }),
  ),
  /** The sections are tasks of a list, in any order where conditions allow; for long forms. */
  tasks: v.optional(v.boolean(), false),
  start: v.strictObject({
    lead: text,
    minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(240)),
    eligible: texts,
    needed: texts,
    fee: text,
    deadline: text,
    otherWays: texts,
    recipients: text,
    retention: text,
  }),
  review: v.strictObject({
    title: text,
    legalEffect: text,
    button: text,
    notes: v.optional(v.pipe(v.array(v.strictObject({ id: key, when: rule, text })), v.maxLength(20)), []),
  }),
  receipt: v.strictObject({
    title: text,
    /**
     * `deadline` names a rule of content/deadlines.yaml, counted from the day of receipt; `{day}` in `when` becomes its end.
     * With `onlyIf`, a rule over the answers, it is told only to those it concerns.
     */
    next: v.pipe(
      v.array(v.strictObject({ when: text, text, deadline: v.optional(key), onlyIf: v.optional(rule) })),
      v.maxLength(10),
    ),
  }),
})

export type Overlay = v.InferOutput<typeof Overlay>
export type RuleAnswer = v.InferOutput<typeof ruleAnswer>
export type FieldOverlay = v.InferOutput<typeof fieldOverlay>
export type QuestionStepOverlay = v.InferOutput<typeof questionStep>
export type LoopStepOverlay = LoopStepInput
export type StepOverlay = StepInput
