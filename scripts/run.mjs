#!/usr/bin/env node
/**
 * The door to every command: `npm start`, `npm test` and all others enter here.
 * Runs on Node 20 or later with nothing installed, and uses only what Node brings: it installs what the lockfile names,
 * makes sure that the pinned Node 24 works, and hands over to it. What the commands do stands in commands.ts.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const bin = join(modules, '.bin')
const PINNED_MAJOR = 'v24.'

process.chdir(root)
const [command = 'help', ...args] = process.argv.slice(2)
const startedMs = performance.now()
const node = ensureInstalled()
const env = {
  ...process.env,
  PATH: `${dirname(node)}${delimiter}${bin}${delimiter}${process.env.PATH ?? ''}`,
  STADTTOR_INSTALL_SECONDS: ((performance.now() - startedMs) / 1000).toFixed(1),
  ASTRO_TELEMETRY_DISABLED: '1',
}

if (command === 'serve') {
  // The server is the direct child, so that nothing but this small process stands between it and the service manager.
  const code = await handOver([join('scripts', 'commands.ts'), 'build', '--if-stale'])
  process.exit(code === 0 ? await serve() : code)
}
process.exit(await handOver([join('scripts', 'commands.ts'), command, ...args]))

/**
 * Starts the product. Flags and settings of scripts/server-launch.json keep it small: the youngest part of the heap would
 * grow to 134 MB and never shrink, and the C library keep freed memory in a dozen arenas.
 */
function serve() {
  const { flags, env } = JSON.parse(readFileSync(join('scripts', 'server-launch.json'), 'utf8'))
  return handOver([...flags, join('api', 'server.ts'), ...args], { ...env, STADTTOR_MODE: 'production' })
}

/** Installs when what lies in node_modules is not what the lockfile names; answers the path of a Node 24 that runs. */
function ensureInstalled() {
  if (!installedMatchesLockfile()) {
    console.error('stadttor: installing what package-lock.json names …')
    const options = ['--include=dev', '--no-audit', '--no-fund', '--loglevel=error']
    // A registry that does not carry the packages of other platforms makes ci refuse; install keeps to the lockfile too.
    npm(['ci', ...options], { mayFail: true }) || npm(['install', '--no-save', ...options])
  }
  const attempts = [
    () => {},
    () => npm(['rebuild', 'node', '--ignore-scripts=false'], { mayFail: true }),
    () => npm(['install', '--no-save', '--no-package-lock', '--ignore-scripts', platformPackage()], { mayFail: true }),
  ]
  for (const attempt of attempts) {
    attempt()
    const found = [join(bin, 'node'), join(modules, platformName(), 'bin', 'node')].find(isPinnedNode)
    if (found !== undefined) {
      return found
    }
    console.error('stadttor: the pinned Node 24 does not answer, fetching it again …')
  }
  console.error('stadttor: npm installed no Node 24 for this machine (package "node"); is the registry reachable?')
  process.exit(1)
}

/** npm keeps its own record of what it installed; it is written last, so a broken-off install has none. */
function installedMatchesLockfile() {
  const record = join(modules, '.package-lock.json')
  if (!existsSync(record)) {
    return false
  }
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const locked = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '' || (entry.optional === true && installed[path] === undefined)) {
      return true
    }
    return installed[path]?.version === entry.version && installed[path]?.integrity === entry.integrity
  })
}

function platformName() {
  return `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
}

function platformPackage() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return `${platformName()}@${lock.packages['node_modules/node'].version}`
}

function isPinnedNode(path) {
  const answer = spawnSync(path, ['--version'], { encoding: 'utf8' })
  return answer.status === 0 && answer.stdout.startsWith(PINNED_MAJOR)
}

function npm(npmArgs, { mayFail = false } = {}) {
  const viaNpm = process.env.npm_execpath
  const [file, rest] = viaNpm?.endsWith('.js') ? [process.execPath, [viaNpm, ...npmArgs]] : ['npm', npmArgs]
  // What npm says goes to stderr: stdout belongs to the command.
  const answer = spawnSync(file, rest, { cwd: root, stdio: ['ignore', 2, 2] })
  if (answer.status !== 0 && !mayFail) {
    console.error(`stadttor: npm ${npmArgs[0]} failed`)
    process.exit(answer.status ?? 1)
  }
  return answer.status === 0
}

/** Runs the pinned Node, passes signals on and answers its exit code. */
function handOver(nodeArgs, more = {}) {
  const child = spawn(node, nodeArgs, { cwd: root, stdio: 'inherit', env: { ...env, ...more } })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    process.on(signal, () => {
      // Ctrl-C at a terminal reaches the whole group already; sent again it would count twice.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) {
        child.kill(signal)
      }
    })
  }
  return new Promise((resolve) => {
    child.on('error', (cause) => {
      console.error(`stadttor: ${cause.message}`)
      resolve(1)
    })
    child.on('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)))
  })
}
