import { nearest } from '../lib/finding.ts'
import type { DataField } from './data-model.ts'
import { COUNTRIES_URI, listByUri } from './lists.ts'
import type { Loading } from './loading.ts'
import type { FieldKind, Option } from './model.ts'
import type { FieldOverlay } from './overlay.ts'

type Coded = { readonly path: string; readonly overlay: FieldOverlay; readonly node: DataField }

/** The options of a choice: codes from the overlay's list, the data schema or the town's list of its URI; words of the overlay. */
export function optionsOf(loading: Loading, { path, overlay, node }: Coded, kind: FieldKind): readonly Option[] {
  const texts = overlay.options ?? {}
  const codes = codesOf(loading, { path, overlay, node }, kind)
  for (const code of Object.keys(texts).filter((known) => !codes.some((entry) => entry.code === known))) {
    const suggestion = nearest(
      code,
      codes.map((entry) => entry.code),
    )
    loading.report(
      ['fields', path, 'options', code],
      'forms/unknown-option',
      `"${code}" is no code of ${node.id}.`,
      suggestion,
    )
  }
  // A list that the schema names and nobody has is an open point: the form can be tried without it.
  const isNamed = node.art === 'select' && node.codeList !== undefined
  if (CODED.includes(kind) && kind !== 'computed' && codes.length === 0 && overlay.codeList === undefined && !isNamed) {
    loading.report(['fields', path], 'forms/missing-list', missingList(node, kind))
  }
  return codes.map(({ code, label, hint: help }) => {
    const text = Object.hasOwn(texts, code) ? texts[code] : undefined
    const hint = text?.hint ?? (text === undefined ? help : undefined)
    return { code, label: text?.label ?? label, ...(hint === undefined ? {} : { hint }) }
  })
}

const CODED: readonly FieldKind[] = ['select', 'several', 'country', 'computed']

function missingList(node: DataField, kind: FieldKind): string {
  if (kind === 'country' && node.art !== 'select') {
    return `${node.id} asks for a country, and no list in code-lists/ has the URI ${COUNTRIES_URI}.`
  }
  return node.codeListUri === undefined
    ? `The code list of ${node.id} is not part of the data schema; "codeList" may name one of code-lists/.`
    : `The code list ${node.codeListUri} of ${node.id} is not part of the data schema, nor in code-lists/.`
}

/** The list the overlay names, else the codes of the data schema, else the town's list of the same URI. */
function codesOf(loading: Loading, { path, overlay, node }: Coded, kind: FieldKind): readonly Option[] {
  if (overlay.codeList !== undefined) {
    const named = loading.lists.codeLists.get(overlay.codeList)
    if (named === undefined || !CODED.includes(kind)) {
      const detail =
        named === undefined ? `There is no list "${overlay.codeList}" in code-lists/.` : `A ${kind} has no code list.`
      const suggestion = named === undefined ? nearest(overlay.codeList, loading.lists.codeLists.keys()) : undefined
      loading.report(['fields', path, 'codeList'], 'forms/missing-list', detail, suggestion)
    }
    return named?.options ?? []
  }
  if (node.art === 'select' && node.codes.length > 0) {
    return node.codes.map(({ code, name, help }) => ({
      code,
      label: name,
      ...(help === undefined ? {} : { hint: help }),
    }))
  }
  const uri = kind === 'country' ? (node.codeListUri ?? COUNTRIES_URI) : node.codeListUri
  return CODED.includes(kind) ? (listByUri(loading.lists, uri)?.options ?? []) : []
}
