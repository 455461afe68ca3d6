import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Deno itself, not the small program before it that signals do not get through. Unpacks it where nothing did. */
export function denoProgram(root: string): string {
  const program = join(root, 'node_modules/deno/deno')
  const require = createRequire(join(root, 'package.json'))
  return existsSync(program) ? program : (require('deno/install_api.cjs') as { runInstall: () => string }).runInstall()
}

/**
 * The arguments that run the server under Deno with the least it can do its work with (README, "Under Deno").
 * No right to start programs, to read or write outside the named folders; the network stays open, because
 * the addresses of providers are settings.
 */
export function denoArgs({
  root,
  dataDir,
  more = [],
}: {
  root: string
  dataDir: string
  more?: readonly string[]
}): string[] {
  const readable = [root, dataDir, ...more]
  return [
    'run',
    '--no-prompt',
    '--allow-net',
    '--allow-env',
    '--allow-sys',
    `--allow-read=${readable.join(',')}`,
    `--allow-write=${[dataDir, ...more].join(',')}`,
    `--allow-ffi=${root}/node_modules`,
    `${root}/api/server.ts`,
  ]
}
