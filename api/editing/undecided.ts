import type { Content, ContentChecker } from '../content/snapshot.ts'
import type { Finding } from '../lib/finding.ts'

const KINDS = {
  postbox: 'editing/no-postbox',
  trustLevel: 'editing/no-trust-level',
  filePlan: 'editing/no-file-plan',
  retention: 'editing/no-retention',
} as const

/** Names every setting of a service that nobody has chosen yet: with one of them nothing can be published. */
export const checkUndecided: ContentChecker = (content) =>
  [...content.services].flatMap(([slug, { undecided }]) => {
    const file = `services/${slug}/service.yaml`
    return undecided.map((name): Finding => {
      const detail = `Nobody has chosen ${name} yet; take it out of "undecided" when it is right.`
      return { file, line: lineOf(content, file), type: KINDS[name], detail }
    })
  })

function lineOf(content: Content, file: string): number {
  const lines = new TextDecoder().decode(content.file(file)).split('\n')
  return (
    Math.max(
      0,
      lines.findIndex((line) => line.startsWith('undecided:')),
    ) + 1
  )
}
