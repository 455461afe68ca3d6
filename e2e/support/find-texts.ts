import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

const ROOT = resolve(import.meta.dirname, '../..')

export type Found = { readonly file: string; readonly needle: string; readonly form: string }
export type Search = {
  readonly found: readonly Found[]
  readonly read: { readonly files: number; readonly bytes: number }
}

/** Looks for texts in every file below the folders, in another process (`find-text.ts`) and every form it knows. */
export async function findTexts(roots: readonly string[], needles: readonly string[]): Promise<Search> {
  const program = [join(ROOT, 'e2e/support/find-text.ts')]
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), program, { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify({ roots, needles }))
  return JSON.parse(await text(child.stdout)) as Search
}
