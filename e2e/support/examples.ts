import { globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { parse } from 'yaml'
import type { Typed, UploadFile } from './apply.ts'
import { smallPdf } from './apply.ts'

type ExampleFile = { readonly name: string; readonly mediaType: string }
type Entry = {
  readonly name: string
  readonly base?: string
  readonly answers: Readonly<Record<string, string | readonly ExampleFile[]>>
  readonly without?: readonly string[]
}
/** A valid example of a service's examples.yaml, ready to be typed into its pages. */
export type ServiceExample = {
  readonly name: string
  /** By the names of controls: what stands at a date's pointer is given for each of its parts. */
  readonly typed: Typed
  /** Files by the pointer of their question. */
  readonly files: ReadonlyMap<string, readonly UploadFile[]>
  readonly todayMs: number
}

/** Whether a service wants to know who applies, as the content says. */
export const wantsSignIn = (slug: string): boolean =>
  (parse(readFileSync(join('content/services', slug, 'service.yaml'), 'utf8')) as { trustLevel?: string })
    .trustLevel !== 'none'

/** Slugs of the services that the city's own application serves, as the content says. */
export function onlineServices(): readonly string[] {
  return globSync('content/services/*/service.yaml')
    .filter((path) => (parse(readFileSync(path, 'utf8')) as { online: string }).online === 'own')
    .map((path) => basename(dirname(path)))
    .toSorted()
}

/** Valid examples of a service, each with what it takes over from its base. */
export function validExamples(slug: string): readonly ServiceExample[] {
  const path = join('content/services', slug, 'examples.yaml')
  const file = parse(readFileSync(path, 'utf8')) as { today: string; valid: readonly Entry[] }
  const whole = (entry: Entry): Entry['answers'] => {
    const base = file.valid.find((other) => other.name === entry.base)
    const merged = { ...(base === undefined ? {} : whole(base)), ...entry.answers }
    const isLeft = (pointer: string): boolean => (entry.without ?? []).some((start) => pointer.startsWith(start))
    return Object.fromEntries(Object.entries(merged).filter(([pointer]) => !isLeft(pointer)))
  }
  return file.valid.map((entry) => {
    const answers = Object.entries(whole(entry))
    return {
      name: entry.name,
      typed: Object.fromEntries(
        answers.flatMap(([at, value]) => (typeof value === 'string' ? controlsOf(at, value) : [])),
      ),
      files: new Map(
        answers.flatMap(([at, value]) => (typeof value === 'string' ? [] : [[at, value.map(fileOf)] as const])),
      ),
      todayMs: Date.parse(`${file.today}T09:00:00+01:00`),
    }
  })
}

/** A text as it stands, in parts, as the controls of a date are named, and as ticks, as several of a list are. */
function controlsOf(at: string, value: string): readonly (readonly [string, string])[] {
  const [day = '', month = '', rest = ''] = value.split('.')
  const [year = '', time = ''] = rest.trim().split(' ')
  return [
    [at, value],
    [`${at}/day`, day],
    [`${at}/month`, month],
    [`${at}/year`, year],
    [`${at}/time`, time.replace('.', ':')],
    ...value.split(/,\s*/).map((code) => [`${at}/${code}`, 'true'] as const),
  ]
}

const fileOf = ({ name, mediaType }: ExampleFile): UploadFile => ({
  name,
  type: mediaType,
  bytes: mediaType === 'application/pdf' ? smallPdf(name) : mediaType === 'image/png' ? PNG : JPEG,
})

/** One grey pixel; and 8 × 8 of them. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
)
const JPEG = Buffer.from(
  '/9j/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAIAAgDASIAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAAAAAAAP/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAA/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AAA//2Q==',
  'base64',
)
