import { readXDatenfelder } from '../api/adapters/xdatenfelder/read.ts'
import { loadCheckedContent, readContentFolder } from '../api/content/service.ts'
import type { Content } from '../api/content/snapshot.ts'
import { contentCheckers } from '../api/context-checks.ts'
import { findingLine } from '../api/lib/finding.ts'

/** Reads a content folder with all checks; prints every finding with file and line and answers null where there is one. */
export async function readCheckedContent(folder: string): Promise<Content | null> {
  const files = await readContentFolder(folder)
  const result = await loadCheckedContent(files, contentCheckers(readXDatenfelder))
  if (result.ok) {
    return result.content
  }
  for (const finding of result.findings) {
    console.error(findingLine({ ...finding, file: `${folder}/${finding.file}` }))
  }
  return null
}
