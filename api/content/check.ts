import { type Finding, nearest } from '../lib/finding.ts'
import { CONTRAST_MIN, weakPairs } from './colour.ts'
import { type ContentFiles, isContentPath } from './files.ts'
import type { Content } from './snapshot.ts'
import { yamlLine } from './yaml.ts'

const FOLDERS = [
  'catalogue/services', 'catalogue/offices', 'catalogue/responsibilities', 'catalogue/online-services',
  'services', 'offices', 'life-situations', 'postboxes', 'connectors', 'registers', 'pages', 'words', 'letters', 'templates',
  'code-lists', 'processes',
] as const // biome-ignore format: one list
const TOP_FILES = [
  'city.yaml',
  'file-plan.yaml',
  'retention.yaml',
  'fees.yaml',
  'deadlines.yaml',
  'streets.yaml',
] as const

/** Checks that every file lies where something reads it: a mistyped folder would otherwise be silence. */
export function checkPlaces(files: ContentFiles): readonly Finding[] {
  const findings: Finding[] = []
  for (const path of files.keys()) {
    const known = TOP_FILES.some((name) => name === path) || FOLDERS.some((folder) => path.startsWith(`${folder}/`))
    if (!(known && isContentPath(path))) {
      const suggestion = nearest(path.split('/')[0] ?? '', [...TOP_FILES, ...FOLDERS])
      const detail = `nothing reads the file ${path}.`
      findings.push({
        file: path,
        line: 1,
        type: 'content/unknown-file',
        detail,
        ...(suggestion === undefined ? {} : { suggestion }),
      })
    }
  }
  return findings
}

/** Checks the city's accent colours for contrast (WCAG 2.2, 1.4.3) in light and dark, and its lists of pages and services. */
export function checkCity(content: Content): readonly Finding[] {
  const contrast = weakPairs(content.city.accent).map(({ mode, surface, ratio }) => ({
    file: 'city.yaml',
    line: lineIn(content, 'city.yaml', ['accent', mode]),
    type: 'content/contrast',
    detail: `accent ${mode} ${content.city.accent[mode]} against ${surface} has ${ratio}:1, needs ${CONTRAST_MIN}:1.`,
  }))
  const slugs = new Set([...content.pages.values()].map((page) => page.slug))
  return [
    ...contrast,
    ...unknownNames(content, 'city.yaml', ['popular'], content.city.popular, content.services, 'service'),
    ...checkTranslations(content),
    ...unknownNames(content, 'city.yaml', ['footerPages'], content.city.footerPages, slugs, 'page'),
  ]
}

/** Checks every name that one content file says of another: postbox, office, retention rule, connector, page … */
export function checkReferences(content: Content): readonly Finding[] {
  return [...checkServices(content), ...checkOthers(content)]
}

function checkServices(content: Content): readonly Finding[] {
  const retention = new Set(content.retention.rules.map((rule) => rule.id))
  const fees = new Set(content.fees.fees.map((fee) => fee.id))
  const positions = new Set(
    content.filePlan.positions.filter((position) => position.prefix !== undefined).map(({ id }) => id),
  )
  const keys = new Map<string, string>()
  const findings: Finding[] = []
  for (const [slug, service] of content.services) {
    const file = `services/${slug}/service.yaml`
    const check = (key: string, names: readonly string[], known: Known, what: string): void => {
      findings.push(...unknownNames(content, file, [key], names, known, what))
    }
    check('catalogue', [service.catalogue], content.mirror.services, 'catalogue service')
    check('lifeSituations', service.lifeSituations, content.lifeSituations, 'life situation')
    check('related', service.related, content.services, 'service')
    check('offices', service.offices, content.offices, 'office')
    check('postbox', [service.postbox], content.postboxes, 'postbox')
    check(
      'objectionPostbox',
      service.objectionPostbox === undefined ? [] : [service.objectionPostbox],
      content.postboxes,
      'postbox',
    )
    check('filePlan', [service.filePlan], positions, 'file plan position that holds eAkten')
    check('retention', [service.retention], retention, 'retention rule')
    check('connectors', service.connectors, content.connectors, 'connector')
    check('fees', service.fees, fees, 'fee')
    const registers = service.lookups.map((lookup) => lookup.register)
    findings.push(...unknownNames(content, file, ['lookups'], registers, content.registers, 'register'))
    const other = keys.get(service.catalogue)
    if (other !== undefined) {
      const detail = `catalogue service ${service.catalogue} already belongs to "${other}".`
      findings.push({ file, line: lineIn(content, file, ['catalogue']), type: 'content/duplicate', detail })
    }
    keys.set(service.catalogue, slug)
  }
  return findings
}

function checkOthers(content: Content): readonly Finding[] {
  const findings: Finding[] = []
  const { mirror } = content
  for (const [slug, office] of content.offices) {
    const file = `offices/${slug}.yaml`
    findings.push(...unknownNames(content, file, ['catalogue'], [office.catalogue], mirror.offices, 'catalogue office'))
  }
  for (const [id, postbox] of content.postboxes) {
    const file = `postboxes/${id}.yaml`
    findings.push(...unknownNames(content, file, ['office'], [postbox.office], content.offices, 'office'))
  }
  for (const responsibility of mirror.responsibilities.values()) {
    const owners = responsibility.owner === 'office' ? mirror.offices : mirror.onlineServices
    const file = `catalogue/responsibilities/${responsibility.key}.json`
    findings.push(
      ...unknownNames(content, file, ['ownerKey'], [responsibility.ownerKey], owners, responsibility.owner),
      ...unknownNames(content, file, ['serviceKey'], [responsibility.serviceKey], mirror.services, 'service'),
    )
  }
  return findings
}

function checkTranslations(content: Content): readonly Finding[] {
  const { translations } = content.city
  const deadlines = new Set(content.deadlines.deadlines.map(({ id }) => id))
  const postboxes = translations.map(({ postbox }) => postbox)
  const rules = translations.flatMap(({ deadline }) => deadline ?? [])
  return [
    ...unknownNames(content, 'city.yaml', ['translations'], postboxes, content.postboxes, 'postbox'),
    ...unknownNames(content, 'city.yaml', ['translations'], rules, deadlines, 'deadline'),
  ]
}

type Known = { readonly has: (name: string) => boolean; readonly keys: () => Iterable<string> }

function unknownNames(
  content: Content,
  file: string,
  path: readonly PropertyKey[],
  names: readonly string[],
  known: Known,
  what: string,
): readonly Finding[] {
  return names
    .map((name, index) => ({ name, at: names.length > 1 || path.length > 1 ? [...path, index] : path }))
    .filter(({ name }) => !known.has(name))
    .map(({ name, at }) => {
      const suggestion = nearest(name, known.keys())
      return {
        file,
        line: lineIn(content, file, at),
        type: 'content/unknown-name',
        detail: `there is no ${what} "${name}".`,
        ...(suggestion === undefined ? {} : { suggestion }),
      }
    })
}

function lineIn(content: Content, file: string, path: readonly PropertyKey[]): number {
  const bytes = content.file(file)
  return bytes === undefined ? 1 : yamlLine(bytes, path)
}
