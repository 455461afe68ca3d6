import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

export type Ran = { readonly code: number; readonly out: string; readonly err: string }

/** Runs `npm run <name> -- …args` (its program, without npm) as an operator would on a data folder. */
export const runCommand = (
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ran> => runProgram([`scripts/cli/${name}.ts`, ...args], env)

/** Runs a program of ours on the pinned Node to its end, with nothing of the tester's settings. */
export function runProgram(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const child = spawn(join(ROOT, 'node_modules/.bin/node'), args, {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...env },
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    said.out += chunk.toString('utf8')
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said.err += chunk.toString('utf8')
  })
  return new Promise((done) => {
    child.on('close', (code) => done({ code: code ?? 128, ...said }))
  })
}
