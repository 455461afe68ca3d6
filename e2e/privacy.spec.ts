import { randomInt } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fillDraft, ONE_DOG, smallPdf, submitDraft, type Typed } from './support/apply.ts'
import { decideCase } from './support/case.ts'
import { runCommand, runProgram } from './support/command.ts'
import { findTexts } from './support/find-texts.ts'
import { type Product, startProduct } from './support/product.ts'
import { applicantOf, newProgram, type Program, signIn } from './support/program.ts'
import { expect, outsideTest as test } from './support/test.ts'

/*
 * What people entrust to the product: a word nobody else uses is written wherever text can be written, everything is
 * made to happen with it, and then another process looks for it in every byte the product left anywhere. No browser.
 */
const DAY_MS = 86_400_000
const API = '/api/v1/submissions'
const letters = (count: number): string =>
  Array.from({ length: count }, () => String.fromCharCode(97 + randomInt(26))).join('')
const digits = (count: number): string => Array.from({ length: count }, () => String(randomInt(10))).join('')

/** Words of this run. The name has signs that can be written in several ways, the word only plain ones. */
const WORD = `q${letters(11)}`
const NAME = `Zä${letters(5)}łó${letters(5)}`
const CHIP = `276098${digits(9)}`
const PHONE = `0355${digits(7)}`
const IBAN = ibanOf(`12030000${digits(10)}`)
const EMAIL = `${WORD}@beispiel.example`
const NEEDLES = [WORD, NAME, CHIP, PHONE, IBAN, (IBAN.match(/.{1,4}/g) ?? []).join(' ')]

const TYPED: Typed = {
  ...ONE_DOG,
  '/halter/vornamen': NAME,
  '/halter/familienname': `${NAME}-${WORD}`,
  '/halter/anschrift/strasse': `${NAME} Weg`,
  '/halter/anschrift/hausnummer': '7 b',
  '/halter/anschrift/ort': `${NAME}dorf`,
  '/halter/kontakt/email': EMAIL,
  '/halter/kontakt/telefon': PHONE,
  '/hunde/0/rufname': NAME,
  '/hunde/0/rasse': `${NAME} ${WORD}`,
  '/hunde/0/chipnummer': CHIP,
  '/zahlung/iban': IBAN,
  '/zahlung/kontoinhaber': `${NAME} ${WORD}`,
}
/** Texts in which no word of a run would be accepted or could be told from others. */
const TOO_SHORT = ['/halter/anschrift/hausnummer', '/halter/anschrift/plz', '/hunde/0/kaufpreis']
const UPLOAD = { name: `${WORD}-Impfpass ${NAME}.pdf`, type: 'application/pdf', bytes: smallPdf(`${WORD} ${NAME}`) }

let home = ''
let running: Product[] = []
test.beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'st-'))
})
test.afterEach(async () => {
  await Promise.all(running.map((product) => product.kill('SIGKILL')))
  running = []
  rmSync(home, { recursive: true, force: true })
})

test('the search for texts finds every form it knows, packed too', async () => {
  writeFileSync(join(home, 'plain'), `x ${NAME.normalize('NFD')} x`)
  writeFileSync(join(home, 'wide'), Buffer.from(`…${WORD}…`, 'utf16le'))
  for (const padding of ['', 'a', 'ab']) {
    writeFileSync(join(home, `base64${padding}`), Buffer.from(`${padding}${WORD}!!`).toString('base64'))
  }
  writeFileSync(join(home, 'hex'), Buffer.from(WORD).toString('hex'))
  writeFileSync(join(home, 'url'), encodeURIComponent(NAME))
  const { found } = await findTexts([home], [WORD, NAME])
  expect(new Set(found.map(({ file }) => file.slice(home.length + 1)))).toEqual(
    new Set(['plain', 'wide', 'base64', 'base64a', 'base64ab', 'hex', 'url']),
  )
})

test('nothing a person entrusted lies in clear anywhere, and what lost its key stays lost', async ({ outside }) => {
  test.setTimeout(180_000)
  const env = await townEnv(outside.env)
  const product = await start(env)
  const citizen = newProgram(product.origin)
  const { vorgangId, without } = await apply(citizen)
  expect(without, 'every text of the form carries a word of this run').toEqual([])
  await product.tick()
  const staff = await decideCase(product, citizen, vorgangId, {
    message: `Bitte mehr zu ${NAME} ${WORD}`,
    answer: `Antwort von ${NAME} ${WORD}, ${PHONE}`,
    reasons: `Gründe: ${NAME} ${WORD}`,
    comment: `Anmerkung: ${NAME} ${WORD}`,
    file: { name: `${WORD} Antwort ${NAME}.pdf`, bytes: smallPdf(`${WORD} ${NAME} Antwort`) },
  })
  const unsent = newProgram(product.origin)
  const draftId = await fillDraft(applicantOf(unsent), 'hund-anmelden', TYPED, UPLOAD)
  const programs = [citizen, unsent, ...staff]
  const left = join(home, 'left')
  mkdirSync(left)
  writeFileSync(join(left, 'urls'), programs.flatMap(({ urls }) => urls).join('\n'))
  writeFileSync(join(left, 'refusals'), await provoke([...programs, newProgram(product.origin)], draftId, vorgangId))
  await product.tick()
  const backup = await runCommand('backup', [join(home, 'backups')], env)
  expect(backup, backup.err).toMatchObject({ code: 0 })
  writeFileSync(join(left, 'log'), product.output() + backup.out + backup.err)
  const mails = outside.mail.messages()
  expect(mails.length).toBeGreaterThanOrEqual(3)
  writeFileSync(
    join(left, 'mails'),
    mails.map((mail) => `${withoutRecipient(mail.raw)}${mail.subject}${mail.text}`).join(),
  )
  const deliveries = outside.specialist.deliveries()
  expect(deliveries.length).toBeGreaterThanOrEqual(1)
  writeFileSync(join(left, 'webhooks'), deliveries.map(({ path, headers }) => path + JSON.stringify(headers)).join())
  await expectNothing('while it runs')
  await expectSearchShut(env['STADTTOR_DATA'] ?? '')

  await loseKeys(product, env, vorgangId)
  await expectNothing('after it ended')
  const again = await restoreOlder(env)
  for (const [program, path] of [
    [citizen, `/status/${vorgangId}`],
    [citizen, `${API}/status/${vorgangId}/copy.pdf`],
    [unsent, `/antrag/${draftId}/pruefen`],
    [unsent, `${API}/drafts/${draftId}/review`],
  ] as const) {
    const { status, body } = await program.stay(again.origin + path, { headers: { cookie: program.cookies() } })
    expect([404, 410], `${path} answered ${status}`).toContain(status)
    expect(NEEDLES.filter((needle) => body.includes(needle))).toEqual([])
  }
  const clerk = await listOfClerk(again)
  expect(clerk.status).toBe(200)
  expect(NEEDLES.filter((needle) => clerk.body.includes(needle))).toEqual([])
  expect(again.output()).not.toContain('projection-failed')
  await expectNothing('after an older backup was restored')
})

/** Everything the town's process may touch lies below `home`. */
async function townEnv(outside: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  mkdirSync(join(home, 'tmp'))
  const env = {
    ...outside,
    TMPDIR: join(home, 'tmp'),
    STADTTOR_MODE: 'test',
    STADTTOR_DATA: join(home, 'data'),
    STADTTOR_KEY_FILE: join(home, 'key'),
  }
  expect(await runCommand('keys', ['init', env.STADTTOR_KEY_FILE], env)).toMatchObject({ code: 0 })
  return env
}

async function start(env: Readonly<Record<string, string>>): Promise<Product> {
  const product = await startProduct({ env, dataDir: env['STADTTOR_DATA'] ?? '' })
  running.push(product)
  return product
}

/** Sends an application in; names the text fields in which no word of this run was written. */
async function apply(citizen: Program): Promise<{ readonly vorgangId: string; readonly without: readonly string[] }> {
  const applicant = applicantOf(citizen)
  const asked = new Map<string, string>()
  const json = async <T>(path: string): Promise<T> => {
    const step = await applicant.json<T & { fields?: readonly { name: string; kind: string }[] }>(path)
    for (const field of step.fields ?? []) {
      asked.set(field.name, field.kind)
    }
    return step
  }
  const draftId = await fillDraft({ ...applicant, json }, 'hund-anmelden', TYPED, UPLOAD)
  const { status, location } = await submitDraft(applicant, draftId)
  expect([status, location]).toEqual([303, `/antrag/${draftId}/eingang`])
  const receipt = await citizen.stay(location)
  const vorgangId = /status\/([0-9a-f-]{36})/.exec(receipt.body.toString())?.[1] ?? ''
  expect(vorgangId).not.toBe('')
  expect(asked.size).toBeGreaterThan(20)
  const without = [...asked].filter(
    ([name, kind]) => !CHOSEN.has(kind) && !hasWord(TYPED[name]) && !TOO_SHORT.includes(name),
  )
  return { vorgangId, without: without.map(([name]) => name) }
}

const CHOSEN = new Set(['bool', 'select', 'declaration', 'date', 'file', 'money'])
const hasWord = (value: string | undefined): boolean => NEEDLES.some((needle) => (value ?? '').includes(needle))

/** Asks for what is refused, with the words of this run wherever a careless program would repeat them. Answers all that was said. */
async function provoke(programs: readonly Program[], draftId: string, vorgangId: string): Promise<string> {
  const wrong = [WORD, encodeURIComponent(NAME), CHIP, IBAN, `${WORD}%22%3E`]
  const said: string[] = []
  for (const program of programs) {
    const ask = async (path: string, init: RequestInit = {}): Promise<void> => {
      const { status, headers, body } = await program.stay(path, init)
      expect(status, `${path} by ${init.method ?? 'GET'}`).toBeLessThan(500)
      // Where a sign-in leads back to is the address that was asked for, told to nobody else.
      const told = [...headers].filter(([name]) => name !== 'location')
      said.push(`${status} ${JSON.stringify(told)} ${body.toString()}`)
    }
    const send = (path: string, type: string, body: string) =>
      ask(path, { method: 'POST', body, headers: { origin: program.origin, 'content-type': type } })
    for (const word of wrong) {
      for (const path of [
        `/antrag/${word}/name`,
        `/status/${word}`,
        `/amt/vorgaenge/${word}`,
        `/amt/postkorb/${word}`,
        `/leistungen/${word}`,
        `${API}/drafts/${draftId}/steps/${word}`,
        `${API}/drafts/${word}`,
        `${API}/status/${vorgangId}/documents/${word}`,
        `/api/v1/identity/callback?error=${word}&error_description=${word}&state=${word}`,
        `/api/v1/${word}`,
      ]) {
        await ask(path, {
          headers: { accept: 'application/json', 'x-request-id': WORD, 'user-agent': WORD, referer: WORD },
        })
      }
      await send(`${API}/drafts/${draftId}/steps/${word}`, 'application/json', JSON.stringify({ [WORD]: NAME }))
      await send(`${API}/drafts/${draftId}/steps/name`, 'application/json', `{"${WORD}": ${NAME}`)
      await send(`${API}/drafts/${draftId}/steps/name`, `multipart/form-data; boundary=${WORD}`, `--${WORD}\r\n${NAME}`)
      await send(
        `${API}/status/sign-in`,
        'application/json',
        JSON.stringify({ reference: WORD, code: WORD, extra: IBAN }),
      )
      await send(`${API}/status/sign-in`, 'application/x-www-form-urlencoded', `reference=${IBAN}&code=${CHIP}`)
    }
  }
  return said.join('\n')
}

async function expectNothing(when: string): Promise<void> {
  const { found, read } = await findTexts([home], NEEDLES)
  expect(read.files, when).toBeGreaterThan(50)
  expect(
    found.map(({ file, needle, form }) => `${file.slice(home.length)}: ${needle} (${form})`),
    when,
  ).toEqual([])
}

/** Without its key the engine itself cannot read the one file that holds names. */
async function expectSearchShut(dataDir: string): Promise<void> {
  const copy = join(home, 'copy')
  mkdirSync(copy)
  for (const name of readdirSync(dataDir).filter((file) => file.startsWith('search.db'))) {
    cpSync(join(dataDir, name), join(copy, name))
  }
  const open = `import Database from 'libsql'; new Database(${JSON.stringify(join(copy, 'search.db'))}).prepare('SELECT * FROM sqlite_master').all()`
  const { code, err } = await runProgram(['--input-type=module', '-e', open], {})
  expect(code).not.toBe(0)
  expect(err).toContain('SQLITE_NOTADB')
}

/** The draft's time ends, the Vorgang's keys are destroyed; the state of the keys is backed up, the product ended. */
async function loseKeys(product: Product, env: Readonly<Record<string, string>>, vorgangId: string): Promise<void> {
  await product.setClock(Date.now() + 32 * DAY_MS)
  await product.tick()
  expect(await product.admin('POST', '/test/destroy-keys', { vorgang: vorgangId })).toMatchObject({ status: 200 })
  const keys = await runCommand('keys', ['backup', join(home, 'keys')], env)
  expect(keys, keys.err).toMatchObject({ code: 0 })
  expect(await product.kill('SIGTERM')).toBe(0)
}

/** Restores the backup made before the keys were lost, beside them as they are now, and starts on it. */
async function restoreOlder(env: Record<string, string>): Promise<Product> {
  const [name = ''] = readdirSync(join(home, 'backups'))
  const other = { ...env, STADTTOR_DATA: join(home, 'restored') }
  const restored = await runCommand(
    'restore',
    [join(home, 'backups', name), '--keys', join(home, 'keys'), '--verify'],
    other,
  )
  expect(restored, restored.err).toMatchObject({ code: 0 })
  const product = await start(other)
  await product.tick()
  return product
}

async function listOfClerk(product: Product) {
  const clerk = newProgram(product.origin)
  await signIn(clerk, 'jana.noack')
  return await clerk.go('/amt/postkorb/steuern')
}

/** A mail must name its recipient; everything else of it may not. */
const withoutRecipient = (raw: string): string => raw.replace(/^To: .*$/im, '')

/** A German IBAN with right check digits. */
function ibanOf(bban: string): string {
  const check = 98n - (BigInt(`${bban}131400`) % 97n)
  return `DE${String(check).padStart(2, '0')}${bban}`
}
