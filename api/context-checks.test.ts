import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readXDatenfelder } from './adapters/xdatenfelder/read.ts'
import { type ContentFiles, contentFile, loadCheckedContent, readContentFolder } from './content/service.ts'
import { contentCheckers } from './context-checks.ts'
import type { Finding } from './lib/finding.ts'

const DOG = 'services/hund-anmelden'
let files: ContentFiles = new Map()
beforeAll(async () => {
  files = await readContentFolder(join(import.meta.dirname, '../content'))
})

async function findingsOf(path: string, from: string | RegExp, to: string): Promise<readonly Finding[]> {
  const text = new TextDecoder().decode(files.get(path)?.bytes)
  const changed = text.replace(from, to)
  expect(changed).not.toBe(text)
  const result = await loadCheckedContent(
    new Map([...files, [path, contentFile(changed)]]),
    contentCheckers(readXDatenfelder),
  )
  return result.ok ? [] : result.findings
}

describe('contentCheckers', () => {
  it('find nothing wrong with the content as it is', async () => {
    const result = await loadCheckedContent(files, contentCheckers(readXDatenfelder))
    expect(result.ok ? [] : result.findings).toEqual([])
  })

  it.each([
    [
      'a word for letters that one language lacks',
      'letters/letter.en.yaml',
      /^exportTitle: .*$/m,
      '',
      'content/value',
      undefined,
    ],
    [
      'a rule of a process',
      `${DOG}/process.bpmn`,
      'cosign.outcome = "sign"',
      'cosing.outcome = "sign"',
      'feel/unknown-name',
      'cosign',
    ],
    [
      'a postbox of a process',
      `${DOG}/process.bpmn`,
      'stadttor:postbox="steuern"',
      'stadttor:postbox="steuer"',
      'workflow/unknown-postbox',
      'steuern',
    ],
    [
      'a connector of a process',
      `${DOG}/process.bpmn`,
      'hundesteuer-fachverfahren',
      'hundesteuer-fachverfaren',
      'workflow/unknown-connector',
      'hundesteuer-fachverfahren',
    ],
    [
      'an answer that nobody reads',
      `${DOG}/process.bpmn`,
      'sourceRef="waitForAnswer" targetRef="check"',
      'sourceRef="waitForAnswer" targetRef="createNotice"',
      'workflow/answer-unread',
      undefined,
    ],
    [
      'words of a process',
      `${DOG}/process.de.yaml`,
      '  notified:\n',
      '  notifed:\n',
      'workflow/unknown-name',
      'notified',
    ],
    [
      'a placeholder of a notice',
      `${DOG}/notice.refusal.de.yaml`,
      '{halter.familienname},',
      '{halter.nachname},',
      'notices/unknown-placeholder',
      undefined,
    ],
    [
      'the remedy of all notices',
      'letters/remedies.de.yaml',
      '{behoerde.anschrift}',
      'hier',
      'notices/remedy',
      undefined,
    ],
  ])(
    'refuse a mistake in %s with file, line, reason and suggestion',
    async (_what, path, from, to, type, suggestion) => {
      const findings = await findingsOf(path, from, to)
      const finding = findings.find((one) => one.type === type)
      expect(finding, JSON.stringify(findings)).toMatchObject({ file: path, line: expect.any(Number) })
      expect(finding?.detail).not.toBe('')
      if (suggestion !== undefined) {
        expect(finding?.suggestion).toBe(suggestion)
      }
    },
  )

  it('refuse an application of our own without a process', async () => {
    const fewer = new Map([...files].filter(([path]) => !path.startsWith(`${DOG}/process.`)))
    const result = await loadCheckedContent(fewer, contentCheckers(readXDatenfelder))
    expect(result.ok ? [] : result.findings).toContainEqual(
      expect.objectContaining({ file: `${DOG}/process.bpmn`, type: 'workflow/no-file' }),
    )
  })
})
