import type { Words } from './view.ts'
import { readYaml } from './yaml.ts'

/**
 * Reads the words of the form engine (`content/words/forms.<lang>.yaml`). The result throws on an unknown key and leaves a
 * `{name}` without a value as it stands, so that a page never fails over a text. Throws when the file cannot be read.
 */
export function formWords(source: string, file = 'words/forms.de.yaml'): Words {
  const yaml = readYaml(source, file)
  if (!yaml.ok) {
    throw new Error(`${file}: ${yaml.findings[0]?.detail ?? 'cannot be read'}`)
  }
  const texts = new Map(flatten(yaml.yaml.value, ''))
  return (key, params = {}) => {
    const text = texts.get(key)
    if (text === undefined) {
      throw new Error(`Unknown word "${key}"`)
    }
    return text.replace(/\{(\w+)\}/g, (whole, name: string) =>
      Object.hasOwn(params, name) ? String(params[name]) : whole,
    )
  }
}

function flatten(node: unknown, path: string): readonly (readonly [string, string])[] {
  if (typeof node === 'string') {
    return [[path, node]]
  }
  if (typeof node !== 'object' || node === null) {
    return []
  }
  return Object.entries(node).flatMap(([name, value]) => flatten(value, path === '' ? name : `${path}.${name}`))
}
