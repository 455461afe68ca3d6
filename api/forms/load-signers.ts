import { nearest } from '../lib/finding.ts'
import type { Loading } from './loading.ts'
import type { Field, Form, SignerRole } from './model.ts'
import { namesOf } from './names.ts'
import type { StepOverlay } from './overlay.ts'
import type { Place } from './yaml.ts'

type Fields = ReadonlyMap<string, Field>

/** Checks who has to agree too: ids told apart, rules over answers of the form, pages that exist. */
export function loadSigners(loading: Loading, fields: Fields): readonly SignerRole[] {
  const seen = new Set<string>()
  const names = namesOf(fields.values())
  return loading.overlay.signers.map((signer, index): SignerRole => {
    const place = ['signers', index]
    if (seen.has(signer.id)) {
      loading.report([...place, 'id'], 'forms/twice', `The signer "${signer.id}" stands twice.`)
    }
    seen.add(signer.id)
    reportUnknownSteps(loading, signer.sees, [...place, 'sees'])
    reportTwice(loading, signer.declarations, [...place, 'declarations'])
    const { when: source, trustLevel, ...rest } = signer
    const when = source === undefined ? undefined : loading.compile(source, [...place, 'when'], names)
    return { ...rest, ...(when === undefined ? {} : { when }), ...(trustLevel === undefined ? {} : { trustLevel }) }
  })
}

function reportTwice(loading: Loading, entries: readonly { readonly id: string }[], place: Place): void {
  for (const [index, { id }] of entries.entries()) {
    if (entries.findIndex((entry) => entry.id === id) < index) {
      loading.report([...place, index, 'id'], 'forms/twice', `"${id}" stands twice.`)
    }
  }
}

/** Reports names of steps that the form does not have; those of the items of a loop are seen with the loop. */
export function reportUnknownSteps(loading: Loading, ids: readonly string[], place: Place): void {
  const known = loading.overlay.steps.map((step: StepOverlay) => step.id)
  for (const [index, id] of ids.entries()) {
    if (!known.includes(id)) {
      loading.report([...place, index], 'forms/no-such-step', `The step "${id}" is not known.`, nearest(id, known))
    }
  }
}

/** Checks by which answer it is known for whom one applies, and that a mandate and a company are asked to prove it. */
export function loadApplicant(loading: Loading, fields: Fields): Pick<Form, 'applicant'> {
  const { applicant } = loading.overlay
  if (applicant === undefined) {
    return {}
  }
  const { question, kinds, mandate, company } = applicant
  const field = fieldAt(loading, fields, { path: question, place: ['applicant', 'question'], kinds: ['select'] })
  const codes = field?.options.map((option) => option.code) ?? []
  for (const code of codes.filter((one) => kinds[one] === undefined)) {
    loading.report(['applicant', 'kinds'], 'forms/missing-entry', `The answer "${code}" is of no kind.`)
  }
  for (const code of Object.keys(kinds).filter((one) => field !== undefined && !codes.includes(one))) {
    const detail = `"${code}" is no answer to "${question}".`
    loading.report(['applicant', 'kinds', code], 'forms/unknown-code', detail, nearest(code, codes))
  }
  const used = new Set(Object.values(kinds))
  for (const kind of ['mandate', 'company'] as const) {
    if (used.has(kind) && applicant[kind] === undefined) {
      const detail = `Who applies as "${kind}" has to prove it: name the fields.`
      loading.report(['applicant'], 'forms/missing-entry', detail)
    }
  }
  const proofs = [
    ...(mandate === undefined ? [] : [{ path: mandate.proof, at: ['mandate', 'proof'] }]),
    ...(company === undefined ? [] : [{ path: company.name, at: ['company', 'name'] }]),
    ...(company === undefined ? [] : [{ path: company.representation, at: ['company', 'representation'] }]),
  ]
  for (const { path, at } of proofs) {
    const proving = fieldAt(loading, fields, {
      path,
      place: ['applicant', ...at],
      ...(at[0] === 'mandate' ? { kinds: ['file', 'declaration'] } : {}),
    })
    if (proving?.isOptional === true) {
      loading.report(['applicant', ...at], 'forms/optional-proof', `"${path}" may be left empty and proves nothing.`)
    }
  }
  return { applicant }
}

type At = { readonly path: string; readonly place: Place; readonly kinds?: readonly string[] }

function fieldAt(loading: Loading, fields: Fields, { path, place, kinds }: At): Field | undefined {
  const field = fields.get(path)
  if (field === undefined) {
    loading.report(place, 'forms/unknown-field', `The field "${path}" is not known.`, nearest(path, fields.keys()))
  } else if (field.loop !== undefined || kinds?.includes(field.kind) === false) {
    const wanted = kinds === undefined ? '' : `${kinds.join(' or ')} `
    loading.report(place, 'forms/kind', `"${path}" has to be a ${wanted}field outside of loops.`)
  }
  return field
}
