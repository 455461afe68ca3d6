import { createHash } from 'node:crypto'
import type { Finding } from '../lib/finding.ts'
import type { DataModelReader } from './data-model.ts'
import { monthNamesOf } from './dates.ts'
import { readHandMade } from './hand-made.ts'
import { mergeTexts, readTexts, textsIn } from './languages.ts'
import { NO_LISTS, type TownLists } from './lists.ts'
import { loadEligibility, loadPrecheck } from './load-eligibility.ts'
import { loadFields } from './load-fields.ts'
import { loadApplicant, loadSigners } from './load-signers.ts'
import { loadSteps } from './load-steps.ts'
import { type Loading, startLoading } from './loading.ts'
import type { Field, Form } from './model.ts'
import { namesOf } from './names.ts'
import { pointsOf } from './open-points.ts'
import { Overlay } from './overlay.ts'
import { readYaml, shapeOf, type YamlFile } from './yaml.ts'

/**
 * The files of one service by name: `form.xml` or `form.yaml`, `form.<lang>.yaml`, and external code lists
 * (`codelist.<name>.xml`, genericode). Others are not looked at.
 */
export type FormFiles = Readonly<Record<string, string>>
export type FormResult =
  | { readonly ok: true; readonly form: Form }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/**
 * Loads a form: data schema, overlay, every rule checked. Refuses, with file, line and suggestion: what does not
 * belong to the shape, a data element the overlay forgets or invents, a field without text, purpose or legal basis, in no
 * step or in two, a name a rule may not use (unknown, or answered later), a condition that is always or never true.
 * Pure: the same files give the same form with the same digest. Never throws.
 * @param options.readXml reader of XDatenfelder; wired where the context is built.
 * @param options.lists code lists of the town, for selects whose codes are not part of the data schema.
 */
export function loadForm(
  files: FormFiles,
  options: { slug: string; readXml: DataModelReader; lang?: string; folder?: string; lists?: TownLists },
): FormResult {
  const { slug, readXml, lang = 'de', folder = `content/services/${slug}`, lists = NO_LISTS } = options
  const overlayName = 'form.de.yaml'
  const overlaySource = files[overlayName]
  const schemaName = files['form.xml'] === undefined ? 'form.yaml' : 'form.xml'
  const schemaSource = files[schemaName]
  if (overlaySource === undefined || schemaSource === undefined) {
    const missing = schemaSource === undefined ? 'form.xml or form.yaml' : overlayName
    return { ok: false, findings: [{ file: folder, line: 1, type: 'forms/no-file', detail: `${missing} is missing.` }] }
  }
  const file = `${folder}/${schemaName}`
  const model =
    schemaName === 'form.xml' ? readXml(schemaSource, file, codeListsOf(files)) : readHandMade(schemaSource, file)
  const yaml = readYaml(overlaySource, `${folder}/${overlayName}`)
  const spoken = yaml.ok ? inLanguage(yaml.yaml, files, { lang, folder }) : yaml
  const shape = spoken.ok ? shapeOf(Overlay, spoken.yaml) : spoken
  if (!model.ok || !spoken.ok || !shape.ok) {
    return { ok: false, findings: [model, shape].flatMap((part) => (part.ok ? [] : part.findings)) }
  }
  const loading = startLoading(spoken.yaml, shape.value, lists)
  const form = assemble(loading, model.model, { slug, lang, digest: formDigest(files, lang) })
  const germanTexts = lang === 'de' ? new Set<string>() : germanOf(form, shape.value, spoken.texts)
  return loading.findings.length > 0
    ? { ok: false, findings: loading.findings.slice(0, 50) }
    : { ok: true, form: { ...form, germanTexts } }
}

type Spoken =
  | { readonly ok: true; readonly yaml: YamlFile; readonly texts: unknown }
  | { readonly ok: false; readonly findings: readonly Finding[] }

/** The overlay with the texts of another language in place; one without a file of its own is German throughout. */
function inLanguage(german: YamlFile, files: FormFiles, at: { lang: string; folder: string }): Spoken {
  const name = `form.${at.lang}.yaml`
  const source = files[name]
  if (at.lang === 'de' || source === undefined) {
    return { ok: true, yaml: german, texts: null }
  }
  const yaml = readYaml(source, `${at.folder}/${name}`)
  if (!yaml.ok) {
    return yaml
  }
  const { file, lineOf, value: texts } = yaml.yaml
  const findings: Finding[] = []
  const value = mergeTexts(german.value, yaml.yaml, (place, type, detail, suggestion) => {
    findings.push({ file, line: lineOf(place), type, detail, ...(suggestion === undefined ? {} : { suggestion }) })
  })
  return findings.length > 0 ? { ok: false, findings } : { ok: true, yaml: { ...german, value }, texts }
}

/** What is left of German: texts of overlay and data schema that the other language does not have itself. */
function germanOf(form: SpokenForm, overlay: Overlay, texts: unknown): ReadonlySet<string> {
  const own = new Set(textsIn(texts))
  const whens = overlay.receipt.next.map((entry) => entry.when)
  return new Set([...readTexts(overlay), ...readTexts(form.fields), ...whens].filter((text) => !own.has(text)))
}

type SpokenForm = Omit<Form, 'germanTexts'>

/**
 * Identity of a form's version: SHA-256 (hex) over names and bytes of its source files. A draft keeps it; a form that has
 * another digest is another version, whatever its version number says.
 */
export function formDigest(files: FormFiles, lang = 'de'): string {
  const hash = createHash('sha256')
  const lists = Object.keys(codeListsOf(files)).sort()
  for (const name of new Set(['form.xml', 'form.yaml', 'form.de.yaml', `form.${lang}.yaml`, ...lists])) {
    const source = files[name]
    if (source !== undefined) {
      hash.update(`${name}\n${Buffer.byteLength(source)}\n`).update(source)
    }
  }
  return hash.digest('hex')
}

const CODE_LIST = /^codelist\.[a-z0-9._-]+\.xml$/

/** The genericode files of a service, by name. */
export const codeListsOf = (files: FormFiles): FormFiles =>
  Object.fromEntries(Object.entries(files).filter(([name]) => CODE_LIST.test(name)))

type ReadModel = Extract<ReturnType<DataModelReader>, { ok: true }>['model']

function assemble(
  loading: Loading,
  model: ReadModel,
  identity: { slug: string; lang: string; digest: string },
): SpokenForm {
  const { overlay, report } = loading
  if (overlay.element !== model.id || overlay.version !== model.version) {
    const wanted = `${model.id} ${model.version}`
    report(
      ['element'],
      'forms/other-schema',
      `The overlay is for ${overlay.element} ${overlay.version}, the data schema is ${wanted}.`,
    )
  }
  const { fields, groups } = loadFields(loading, model)
  const { steps, checks, conditions, obligations, computing } = loadSteps(loading, fields, groups)
  const names = loading.namesIn(fields)
  const notes = overlay.review.notes.flatMap((note, index) => {
    const when = loading.compile(note.when, ['review', 'notes', index, 'when'], names)
    return when === undefined ? [] : [{ id: note.id, when, text: note.text }]
  })
  const next = overlay.receipt.next.flatMap(({ onlyIf: source, ...step }, index) => {
    const onlyIf =
      source === undefined ? undefined : loading.compile(source, ['receipt', 'next', index, 'onlyIf'], names)
    return source !== undefined && onlyIf === undefined
      ? []
      : [{ ...step, ...(onlyIf === undefined ? {} : { onlyIf }) }]
  })
  const conditioned = [...fields.values()].map((bare) => {
    const field = withEvidence(loading, bare, fields)
    const when = conditions.get(field.path)
    const requiredWhen = obligations.get(field.path)
    const rule = computing.rules.get(field.path)
    const whole =
      field.computed === undefined || rule === undefined ? field : { ...field, computed: { ...field.computed, rule } }
    const more = { ...(when === undefined ? {} : { when }), ...(requiredWhen === undefined ? {} : { requiredWhen }) }
    return [field.path, { ...whole, ...more }] as const
  })
  const byPath = new Map(conditioned)
  const hasAddress = [...groups.values()].some((group) => group.address !== undefined)
  const computedAfter = new Map(
    [...computing.after].map(([step, paths]) => [step, paths.flatMap((path) => byPath.get(path) ?? [])] as const),
  )
  const eligibility = loadEligibility(loading, fields)
  return {
    ...identity,
    id: model.id,
    version: model.version,
    title: overlay.title,
    fields: byPath,
    groups,
    sections: overlay.sections,
    steps,
    checks,
    computedAfter,
    eligibility,
    precheck: loadPrecheck(loading, fields),
    signers: loadSigners(loading, byPath),
    ...loadApplicant(loading, byPath),
    hasTasks: overlay.tasks,
    start: overlay.start,
    review: { ...overlay.review, notes },
    receipt: { ...overlay.receipt, next },
    ...(hasAddress && loading.lists.streets !== undefined ? { streets: loading.lists.streets } : {}),
    monthNames: monthNamesOf(identity.lang),
    ...pointsOf(loading, model, { fields: byPath, steps, checks, eligibility }),
  }
}

/** The documents that prove an answer, with their rules compiled. */
function withEvidence(loading: Loading, field: Field, fields: ReadonlyMap<string, Field>): Field {
  const evidence = loading.overlay.fields[field.path]?.evidence ?? []
  return evidence.length === 0
    ? field
    : {
        ...field,
        evidence: evidence.map(({ name, condition, when }, index) => {
          const place = ['fields', field.path, 'evidence', index, 'when']
          const rule =
            when === undefined ? undefined : loading.compile(when, place, namesOf(fields.values(), field.loops))
          return {
            name,
            ...(condition === undefined ? {} : { condition }),
            ...(rule === undefined ? {} : { when: rule }),
          }
        }),
      }
}
