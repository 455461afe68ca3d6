import type { DataModel, DataNode, DataRule, ElementVersion } from '../../forms/data-model.ts'

const STATES: Readonly<Record<string, string>> = { inVorbereitung: '2', aktiv: '6', inaktiv: '7' }

/**
 * Brings a schema read as version 2 into the form of version 3, as FIM itself does: `F60000227` 1.1 becomes
 * `F60000000227` 1.1.0 (two digits of number range, three zeros, six digits). A schema of version 3 stays as it is; ids of
 * any other form stay too, and make the export refuse.
 */
export function toVersion3(model: DataModel): DataModel {
  if (model.format !== 'xdatenfelder-2') {
    return model
  }
  const { documentProfile, ...rest } = model
  return {
    ...withState(rest),
    ...newer(model),
    ...(documentProfile === undefined ? {} : { documentProfile: newer(documentProfile) }),
    format: 'xdatenfelder-3',
    ...rulesOf(model),
    children: model.children.map(nodeOf),
    openPoints: model.openPoints.map((point) => ({ ...point, ...newer(point), at: newerId(point.at) })),
  }
}

function nodeOf(node: DataNode): DataNode {
  const shared = { ...newer(node), ...rulesOf(node) }
  return node.node === 'group'
    ? { ...withState(node), ...shared, children: node.children.map(nodeOf) }
    : { ...withState(node), ...shared }
}

const rulesOf = ({ rules }: { readonly rules?: readonly DataRule[] }) =>
  rules === undefined ? {} : { rules: rules.map((rule) => ({ ...rule, ...newer(rule) })) }

function withState<T extends { readonly releaseState?: string }>(element: T): T {
  const state = element.releaseState === undefined ? undefined : STATES[element.releaseState]
  return state === undefined ? element : { ...element, releaseState: state }
}

const newer = ({ id, version }: ElementVersion): ElementVersion => ({
  id: newerId(id),
  version: /^\d+\.\d+$/.test(version) ? `${version}.0` : version,
})

const newerId = (id: string): string => id.replace(/^([SGFRD])(\d{2})(\d{6})$/, '$1$2000$3')
