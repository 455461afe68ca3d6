import { readFileSync } from 'node:fs'

/** A file of a ready-made process, filled for a service of `postbox`; undefined for any other path of content. */
export function readyMade(
  template: string,
  path: string,
  { service, postbox }: { readonly service: string; readonly postbox: string },
): string | undefined {
  const [, file] = new RegExp(`^services/${service}/(process\\.(?:bpmn|de\\.yaml))$`).exec(path) ?? []
  const places: Readonly<Record<string, string>> = { service, title: 'Leistung', postbox, office: 'Amt' }
  const folder = new URL(`../../content/templates/processes/${template}/`, import.meta.url)
  return file === undefined
    ? undefined
    : readFileSync(new URL(file, folder), 'utf8').replaceAll(/\[\[(\w+)\]\]/g, (_, name: string) => places[name] ?? '')
}
