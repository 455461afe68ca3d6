import { yamlLine } from '../content/service.ts'
import type { ContentChecker } from '../content/snapshot.ts'
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
      return { file, line: yamlLine(content.file(file) ?? new Uint8Array(), ['undecided']), type: KINDS[name], detail }
    })
  })
