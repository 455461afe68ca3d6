import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * Finds a Chromium that starts: the one named by STADTTOR_BROWSER, one installed on the machine, the one Playwright keeps,
 * or one installed now (Debian's package where we are root, else Playwright's download).
 * @throws Error where there is none; a missing browser is a failure, never a skipped test.
 */
export async function findBrowser(): Promise<string> {
  const found = await firstThatStarts()
  if (found !== undefined) {
    return found
  }
  install()
  const installed = await firstThatStarts()
  if (installed === undefined) {
    throw new Error('no browser found: install Chromium or Google Chrome, or name one by STADTTOR_BROWSER=<path>')
  }
  return installed
}

async function firstThatStarts(): Promise<string | undefined> {
  const { chromium } = await import('playwright')
  const named = process.env['STADTTOR_BROWSER']
  const candidates = named === undefined ? [...onThisMachine(), chromium.executablePath()] : [named]
  return candidates.find((path) => existsSync(path) && spawnSync(path, ['--version']).status === 0)
}

function onThisMachine(): string[] {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin']
  const apps = ['Google Chrome', 'Chromium'].map((app) => `/Applications/${app}.app/Contents/MacOS/${app}`)
  return [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...apps]
}

function install(): void {
  const asRoot = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')
  console.log('no browser found, installing Chromium …')
  if (asRoot) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
      spawnSync('apt-get', args, { stdio: ['ignore', 'ignore', 'inherit'], env })
    }
    return
  }
  spawnSync('playwright', ['install', 'chromium'], { stdio: ['ignore', 'ignore', 'inherit'] })
}
