import * as v from 'valibot'
import type { Content, ContentChecker } from '../content/snapshot.ts'
import { readContentFile } from '../lib/content-file.ts'
import type { Finding } from '../lib/finding.ts'
import { ADAPTING, type AdaptingTable, readAdaptingTable } from '../workflow/service-adapt.ts'
import { standardFindings } from './standard-texts.ts'

const Text = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(2000))
const Texts = v.pipe(v.array(Text), v.maxLength(20))

const Called = v.strictObject({ subject: Text, object: Text })

const Raw = v.pipe(v.string(), v.minLength(1), v.maxLength(200))
/** Younger words of `times`, which the file of a town may not have yet. */
const WORDS_OF_TIMES = {
  per: v.optional(Raw, 'je '),
  and: v.optional(Raw, ' und '),
  least: v.optional(Text, 'mindestens [[amount]]'),
  most: v.optional(Text, 'höchstens [[amount]]'),
  /** The time between two days. */
  spans: v.optional(v.strictObject({ days: Text, weeks: Text, months: Text, years: Text }), {
    days: 'je Tag',
    weeks: 'je angefangener Woche',
    months: 'je angefangenem Monat',
    years: 'je angefangenem Jahr',
  }),
  /** Units of questions as they stand behind `per`. */
  units: v.optional(v.pipe(v.array(v.strictObject({ unit: Text, each: Text, begun: Text })), v.maxLength(100)), []),
}

/** Shape of templates/form.de.yaml: the words with which a new form begins. */
const Skeleton = v.strictObject({
  purpose: Text,
  section: Text,
  /** What the second page of a group is called, and those that follow. */
  part: v.optional(Text, '[[title]], [[number]]'),
  /** Pages once were called by some of their questions; nothing is made of it any more. */
  names: v.optional(v.strictObject({ two: Text, more: Text })),
  itemTitle: Text,
  another: Text,
  /** How often a fee is owed, behind its amount; `own` where a rule of another shape says so. */
  times: v.optional(
    v.strictObject({
      entry: Text,
      furtherEntry: Text,
      each: Text,
      further: Text,
      begun: Text,
      sum: Text,
      own: Text,
      /** With what a text begins that is joined with another by `and`, and the amounts between which a fee stays. */
      ...WORDS_OF_TIMES,
    }),
    {
      entry: '× „[[name]]“',
      furtherEntry: '× („[[name]]“ – 1)',
      each: '× „[[name]]“',
      further: '× („[[name]]“ – 1)',
      begun: '× „[[name]]“',
      sum: '× Σ „[[name]]“',
      own: '× …',
    },
  ),
  /** What error messages call a question, by what is typed there. */
  asked: v.strictObject({
    text: Called,
    select: Called,
    file: Called,
    date: Called,
    time: Called,
    number: Called,
    money: Called,
  }),
  /** A yes/no question as the end of "Wählen Sie aus, …": a statement, and what ends with a question mark. */
  bool: Text,
  boolQuestion: Text,
  declaration: Text,
  note: Text,
  /** What stands above the answers that an approval repeats. */
  answers: Text,
  start: v.strictObject({
    lead: Text,
    minutes: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(240)),
    needed: Texts,
    eligible: Texts,
    fee: Text,
    deadline: Text,
    otherWays: Texts,
    recipients: Text,
    retention: Text,
  }),
  review: v.strictObject({ title: Text, legalEffect: Text, button: Text }),
  receipt: v.strictObject({
    title: Text,
    next: v.pipe(v.array(v.strictObject({ when: Text, text: Text })), v.minLength(1), v.maxLength(10)),
  }),
})
export type Skeleton = v.InferOutput<typeof Skeleton>

export const RECIPIENT_PARTS = [
  'name',
  'givenName',
  'familyName',
  'street',
  'houseNumber',
  'postalCode',
  'town',
] as const

/** Shape of templates/fields.yaml: by which name of a data element a new form knows what is asked. */
const Guesses = v.strictObject({
  fields: v.pipe(
    v.array(
      v.strictObject({
        /** Part of the element's name, small letters. */
        name: v.pipe(Text, v.maxLength(60)),
        /** The whole name, not a part of it. */
        whole: v.optional(v.boolean(), false),
        kind: v.exactOptional(Text),
        autocomplete: v.exactOptional(Text),
        subject: v.exactOptional(Text),
        object: v.exactOptional(Text),
        past: v.exactOptional(v.boolean()),
        /** It says nothing of the matter: a notice does not repeat it. */
        matter: v.exactOptional(v.literal(false)),
        part: v.exactOptional(v.picklist(RECIPIENT_PARTS)),
      }),
    ),
    v.maxLength(200),
  ),
  /** How a sentence begins that somebody confirms by a tick, small letters. */
  declares: v.optional(Texts, []),
  /** Names of notes that say nothing as a title, small letters. */
  bareTitles: v.optional(Texts, []),
  /** Words of a sentence that says only which files are taken, small letters. */
  fileWords: v.optional(v.pipe(v.array(v.pipe(Text, v.maxLength(40))), v.maxLength(80)), []),
  /** How a label ends that names its unit, small letters. */
  units: v.optional(
    v.pipe(v.array(v.strictObject({ ends: Texts, unit: v.pipe(Text, v.maxLength(20)) })), v.maxLength(60)),
    [],
  ),
})
export type Guesses = v.InferOutput<typeof Guesses>
export type Guess = Guesses['fields'][number]

const About = v.strictObject({ order: v.pipe(v.number(), v.integer()), title: Text, text: Text })

/** A ready-made process an editor may choose. */
export type ProcessTemplate = v.InferOutput<typeof About> & {
  readonly id: string
  /** Files by name, with `[[names]]` to be filled. */
  readonly files: Readonly<Record<string, string>>
}
export type Templates = {
  readonly skeleton: Skeleton
  readonly guesses: Guesses
  readonly processes: readonly ProcessTemplate[]
  /** By which words foreign processes are understood. */
  readonly adapting: AdaptingTable
}

const FOLDER = /^templates\/processes\/([a-z0-9-]+)\/([a-z.-]+\.(?:yaml|bpmn))$/

/** Reads the templates of a content revision. Throws where they are missing or broken: {@link checkTemplates} says how. */
export function readTemplates(content: Content): Templates {
  const read = collect(content)
  if (read.templates === null) {
    throw new Error(`templates are broken: ${read.findings[0]?.detail ?? ''}`)
  }
  return read.templates
}

/** Checks what new forms and processes are made from. A revision without templates is sound: then none can be chosen. */
export const checkTemplates: ContentChecker = (content) =>
  content.paths.some((path) => path.startsWith('templates/'))
    ? [...collect(content).findings, ...standardFindings(content)]
    : []

function collect(content: Content): { readonly templates: Templates | null; readonly findings: readonly Finding[] } {
  const findings: Finding[] = []
  const one = <T>(file: string, shape: v.GenericSchema<unknown, T>): T | null => {
    const read = readContentFile(textOf(content, file), file, shape)
    findings.push(...(read.ok ? [] : read.findings))
    return read.ok ? read.value : null
  }
  const skeleton = one('templates/form.de.yaml', Skeleton)
  const guesses = one('templates/fields.yaml', Guesses)
  const adapting = readAdaptingTable(textOf(content, ADAPTING))
  findings.push(...(adapting.ok ? [] : adapting.findings))
  const ids = new Set(content.paths.flatMap((path) => FOLDER.exec(path)?.[1] ?? []))
  const processes = [...ids].flatMap((id): readonly ProcessTemplate[] => {
    const about = one(`templates/processes/${id}/about.yaml`, About)
    return about === null ? [] : [{ ...about, id, files: filesOf(content, id) }]
  })
  const isWhole = skeleton !== null && guesses !== null && adapting.ok && findings.length === 0
  return {
    templates: isWhole
      ? {
          skeleton,
          adapting: adapting.value,
          guesses,
          processes: processes.sort((a, b) => a.order - b.order),
        }
      : null,
    findings,
  }
}

function filesOf(content: Content, id: string): Readonly<Record<string, string>> {
  const names = content.paths.flatMap((path) => {
    const [, template, name = ''] = FOLDER.exec(path) ?? []
    return template === id && name !== 'about.yaml' ? [[name, textOf(content, path)] as const] : []
  })
  return Object.fromEntries(names)
}

const textOf = (content: Content, path: string): string =>
  new TextDecoder().decode(content.file(path) ?? new Uint8Array())

/** Values that are lines of YAML already. */
const LINES = new Set(['recipient', 'answers'])

/** Fills `[[name]]` in a template; in XML the values are escaped, in YAML made safe for the quotes they stand in. */
export function fillTemplate(name: string, source: string, values: Readonly<Record<string, string>>): string {
  const isXml = name.endsWith('.bpmn')
  return source.replace(/\[\[([a-z]+)\]\]/g, (whole, key: string) => {
    const value = values[key]
    if (value === undefined) {
      return whole
    }
    return isXml ? escapeXml(value) : LINES.has(key) ? value : inYaml(value)
  })
}

const escapeXml = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')

/** Values stand inside single quotes, or in plain text where a colon or brace would mean something. */
const inYaml = (text: string): string => text.replace(/\s+/g, ' ').replaceAll("'", '’').replace(/[{}]/g, '').replace(/: /g, ' – ').replace(/ #/g, ' ') // biome-ignore format: one thought
