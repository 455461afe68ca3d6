import type { Content, ContentChecker } from '../content/snapshot.ts'
import { type Finding, nearest } from '../lib/finding.ts'
import { parseDefinition } from './definition.ts'

const PROCESS = /^services\/([a-z0-9-]+)\/process\.bpmn$/

/**
 * Checks that every value a process of a service decides by (`stadttor:variable`) is one it is begun with: it would be missing
 * for ever, and every condition on it false without anybody noticing.
 * @param namesFor names a process of the service is begun with; null where its form is missing or broken, which its own check reports.
 */
export function checkKnownAnswers(
  namesFor: (content: Content, slug: string) => readonly string[] | null,
): ContentChecker {
  return async (content) => {
    const slugs = content.paths.flatMap((path) => PROCESS.exec(path)?.[1] ?? [])
    const findings = await Promise.all(slugs.map((slug) => checkOne(content, slug, namesFor)))
    return findings.flat()
  }
}

async function checkOne(
  content: Content,
  slug: string,
  namesFor: (content: Content, slug: string) => readonly string[] | null,
): Promise<readonly Finding[]> {
  const file = `services/${slug}/process.bpmn`
  const source = new TextDecoder().decode(content.file(file) ?? new Uint8Array())
  // Most processes decide by what clerks say alone.
  const parsed = source.includes(':variable') ? await parseDefinition(source, file) : undefined
  const known = parsed?.ok === true ? namesFor(content, slug) : null
  if (parsed?.ok !== true || known === null) {
    return []
  }
  return [...parsed.definition.variables.keys()]
    .filter((name) => !known.includes(name))
    .map((name): Finding => {
      const line = source.slice(0, Math.max(0, source.indexOf(`"${name}"`))).split('\n').length
      const suggestion = nearest(name, known)
      const detail = `The process decides by "${name}", which no question of the form gives.`
      return {
        file,
        line,
        type: 'workflow/unknown-answer',
        detail,
        ...(suggestion === undefined ? {} : { suggestion }),
      }
    })
}
