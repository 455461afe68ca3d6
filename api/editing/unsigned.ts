import { yamlLine } from '../content/service.ts'
import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Finding } from '../lib/finding.ts'
import { MAPPING, mappingOf, ORIGINAL } from './adapt.ts'
import type { State } from './state.ts'

/** A second person's signature that a foreign process draws and that nobody gives. */
export const UNSIGNED = 'editing/unsigned'

/**
 * Names every step of a foreign process in which a second person signs as drawn and nobody does in what it became: nothing can be
 * published until the steps are mapped otherwise, or somebody wrote why nobody signs there.
 */
export const checkUnsigned: ContentChecker = (content) =>
  [...content.services.keys()].flatMap((slug) => {
    const file = `services/${slug}/${MAPPING}`
    const { steps = {}, unsigned = {} } = mappingOf({ files: filesOf(content, slug) }) ?? {}
    return Object.entries(unsigned).flatMap(([id, early]): readonly Finding[] => {
      const step = steps[id]
      if (step === undefined || step.alone !== undefined) {
        return []
      }
      const line = yamlLine(content.file(file) ?? new Uint8Array(), ['steps', id])
      const before = early.map((name) => `"${name}"`).join(', ')
      const detail = `Nobody signs in step "${id}"${before === '' ? '' : `: ${before} issues the notice before`}.`
      return [{ file, line, type: UNSIGNED, detail }]
    })
  })

function filesOf(content: Content, slug: string): Readonly<Record<string, string>> {
  const found = [MAPPING, ORIGINAL].flatMap((name) => {
    const bytes = content.file(`services/${slug}/${name}`)
    return bytes === undefined ? [] : [[name, new TextDecoder().decode(bytes)] as const]
  })
  return Object.fromEntries(found)
}

/** The step that a finding of this kind is about, and the steps that issue the notice before anybody signs; undefined for any other. */
export function unsignedStep(
  { type, detail }: Finding,
  state: Pick<State, 'files'>,
): { readonly id: string; readonly name: string; readonly early: readonly string[] } | undefined {
  const id = type === UNSIGNED ? /step "([^"]+)"/.exec(detail)?.[1] : undefined
  const mapping = id === undefined ? null : mappingOf(state)
  const name = mapping?.steps[id ?? '']?.name
  return id === undefined || name === undefined ? undefined : { id, name, early: mapping?.unsigned?.[id] ?? [] }
}
