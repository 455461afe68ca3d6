import { placesIn, type Step } from './page-places.ts'
import { spliceYaml, type YamlPath, yamlAt } from './yaml-edit.ts'

export type Direction = 'up' | 'down'

/**
 * Moves a page, or a whole list with its pages, one place up or down among those beside it; sections follow in the order in which
 * they come first. Undefined where the page is not known, or where nothing stands on that side. Pure.
 */
export function movePage(source: string, id: string, direction: Direction): string | undefined {
  const place = placesIn(source).find(({ step }) => String(step.id) === id)
  const all = place === undefined ? undefined : yamlAt(source, place.list)
  const to = place === undefined ? -1 : place.index + (direction === 'up' ? -1 : 1)
  if (place === undefined || !Array.isArray(all) || to < 0 || to >= all.length) {
    return undefined
  }
  const step: unknown = all[place.index]
  const without = spliceYaml(source, { list: place.list, at: place.index, remove: 1 })
  return inSections(spliceYaml(without, { list: place.list, at: to, insert: [step] }))
}

/** Sections in the order of their first pages; one without a page stays where it is among the others. */
function inSections(source: string): string {
  const [sections, steps] = ['sections', 'steps'].map((entry) => yamlAt(source, [entry]))
  if (!Array.isArray(sections) || !Array.isArray(steps)) {
    return source
  }
  const order = (steps as readonly Step[]).map(({ section }) => section)
  const firstOf = (section: { readonly id?: unknown }): number => order.indexOf(section?.id)
  const used = sections.filter((section) => firstOf(section) >= 0).toSorted((a, b) => firstOf(a) - firstOf(b))
  const sorted = sections.map((section) => (firstOf(section) < 0 ? section : used.shift()))
  const list: YamlPath = ['sections']
  return sorted.every((section, index) => section === sections[index])
    ? source
    : spliceYaml(source, { list, at: 0, remove: sections.length, insert: sorted })
}
