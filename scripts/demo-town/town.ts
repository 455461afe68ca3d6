import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Typed } from '../../e2e/support/apply.ts'
import { type ServiceExample, validExamples, wantsSignIn } from '../../e2e/support/examples.ts'
import type { Product } from '../../e2e/support/product.ts'
import { act, answerRequest, apply, citizenAccounts, comeBack, pay, readNotice, type Sent } from './citizen.ts'
import { asAnswered, type Person, people } from './people.ts'
import { type Planned, plan } from './plan.ts'
import { createOffice, type Office, take, work } from './staff.ts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const WEEK_DAYS = 7
const ROUNDS_MAX = 6

/** One thing that somebody does at a moment. */
type Event = { readonly atMs: number; readonly what: string; readonly run: () => Promise<void> }
type Kase = Planned & { readonly index: number; readonly postbox: string; sent: Sent | null }
type World = { readonly product: Product; readonly office: Office; readonly nowMs: number }

/** What came of it; `failed`: what could not be done, in words without personal data. */
export type TownReport = { readonly vorgaenge: number; readonly failed: readonly string[] }

/**
 * Lives the last weeks of a town through the product's public interfaces: people apply, clerks work, the clock goes on from
 * event to event until now. The product has to run in its test mode, where the clock is set from outside.
 * @param say is told every now and then how far it is.
 */
export async function liveTown(
  product: Product,
  nowMs: number,
  say: (done: number, of: number) => void,
): Promise<TownReport> {
  const world: World = { product, office: createOffice(product.origin), nowMs }
  const kases = plan.map((one, index): Kase => ({ ...one, index, postbox: postboxOf(one.service), sent: null }))
  const queue = kases.map((kase) => beginning(world, kase))
  const failed: string[] = []
  const events: Event[] = []
  for (const { kase, first } of queue) {
    events.push(first, ...eventsOf(world, kase, first.atMs))
  }
  events.sort((a, b) => a.atMs - b.atMs)
  let done = 0
  for (const event of events.filter(({ atMs }) => atMs < nowMs)) {
    await product.setClock(event.atMs)
    await product.tick()
    try {
      await event.run()
    } catch (error) {
      failed.push(`${event.what}: ${error instanceof Error ? error.message : String(error)}`)
    }
    done += 1
    say(done, events.length)
  }
  await product.tick()
  return { vorgaenge: kases.filter(({ sent }) => sent !== null).length, failed }
}

function beginning({ product, nowMs }: World, kase: Kase): { readonly kase: Kase; readonly first: Event } {
  // What came today came in the last hours, everything else between six and ten o'clock in the evening of its day.
  const day = new Date(nowMs - kase.daysAgo * DAY_MS)
  const atMs =
    kase.daysAgo === 0
      ? nowMs - (1 + (kase.index % 5)) * HOUR_MS
      : Date.UTC(
          day.getUTCFullYear(),
          day.getUTCMonth(),
          day.getUTCDate(),
          5 + ((kase.index * 7) % 16),
          (kase.index * 17) % 60,
        )
  const run = async (): Promise<void> => {
    kase.sent = await apply(product.origin, applicationOf(kase, atMs))
  }
  return { kase, first: { atMs, what: `${kase.service} begun`, run } }
}

function applicationOf(kase: Kase, atMs: number) {
  const examples = validExamples(kase.service).filter(({ name }) => !/gemeinsam|Befreiung/.test(name))
  const example = examples[kase.example % examples.length]
  if (example === undefined) {
    throw new Error(`${kase.service} has no example`)
  }
  const account = wantsSignIn(kase.service) ? (citizenAccounts[kase.index % citizenAccounts.length] ?? null) : null
  const person = account === null ? people[kase.index % people.length] : null
  return {
    service: kase.service,
    typed: person == null ? inTime(example, atMs) : otherPerson(inTime(example, atMs), person),
    files: example.files,
    account: account?.username ?? null,
    // One of seven wants letters.
    notice: kase.index % 7 === 3 ? ('post' as const) : ('online' as const),
    lang: kase.fate === 'sorbian' ? 'dsb' : 'de',
  }
}

const otherPerson = (typed: Typed, person: Person): Typed =>
  Object.fromEntries(Object.entries(typed).map(([name, value]) => [name, asAnswered(value, person)]))

/** The days an example names, moved by whole weeks to where they are as near to the application as they were. */
function inTime({ typed, todayMs }: ServiceExample, atMs: number): Typed {
  const weeks = Math.round((atMs - todayMs) / DAY_MS / WEEK_DAYS)
  const moved: Record<string, string> = { ...typed }
  for (const [name, value] of Object.entries(typed)) {
    const [, day, month, year, rest = ''] = /^(\d{1,2})\.(\d{1,2})\.(\d{4})(.*)$/.exec(value) ?? []
    const dayMs = Date.UTC(Number(year), Number(month) - 1, Number(day))
    if (year !== undefined && Math.abs(dayMs - todayMs) < 2 * 366 * DAY_MS) {
      const on = new Date(dayMs + weeks * WEEK_DAYS * DAY_MS)
      moved[name] = `${on.getUTCDate()}.${on.getUTCMonth() + 1}.${on.getUTCFullYear()}${rest}`
      moved[`${name}/day`] = String(on.getUTCDate())
      moved[`${name}/month`] = String(on.getUTCMonth() + 1)
      moved[`${name}/year`] = String(on.getUTCFullYear())
    }
  }
  return moved
}

/** What happens to a Vorgang after it came, each on a working day. */
function eventsOf(world: World, kase: Kase, fromMs: number): readonly Event[] {
  const { product, office, nowMs } = world
  const due = isoDay(workingTime(fromMs, 16, 0))
  const at = (days: number, what: (sent: Sent, atMs: number) => Promise<void>): Event => {
    const atMs = workingTime(fromMs, days, kase.index)
    const run = async (): Promise<void> => {
      if (kase.sent !== null) {
        await what(kase.sent, atMs)
      }
    }
    return { atMs, what: `${kase.service} ${kase.fate}`, run }
  }
  const taken = at(1, async ({ vorgangId }, atMs) => take(await office.clerk(kase.postbox, atMs), vorgangId))
  const asked = at(2, async ({ vorgangId }, atMs) => {
    const dueOn = isoDay(workingTime(nowMs, 9, 0))
    await work(await office.clerk(kase.postbox, atMs), vorgangId, { want: 'ask', index: kase.index, dueOn })
  })
  const answered = at(4, async (sent) =>
    answerRequest(await comeBack(product.origin, sent), sent, 'Hier ist die Unterlage. Entschuldigen Sie bitte.'),
  )
  const decided = (want: 'grant' | 'refuse', rounds: number, isPaid: boolean) =>
    at(3, async (sent, atMs) => finish(world, kase, { sent, atMs, want, rounds, isPaid, dueOn: due }))
  switch (kase.fate) {
    case 'new':
    case 'sorbian':
      return []
    case 'taken':
      return [taken]
    case 'asked':
      return [taken, asked]
    case 'answered':
      return [taken, asked, answered]
    case 'called':
      return [at(0, async (sent) => act(await comeBack(product.origin, sent), sent, 'call', CALL))]
    case 'drafted':
      return [taken, decided('grant', 1, false)]
    case 'unpaid':
      return [taken, decided('grant', ROUNDS_MAX, false)]
    case 'granted':
      return [taken, decided('grant', ROUNDS_MAX, true)]
    case 'refused':
      return [taken, decided('refuse', ROUNDS_MAX, true)]
    case 'withdrawn':
      return [taken, at(2, async (sent) => act(await comeBack(product.origin, sent), sent, 'withdraw', WITHDRAW))]
    case 'objected':
      return [taken, decided('refuse', ROUNDS_MAX, true), at(12, (sent) => object(product.origin, sent))]
    default:
      return []
  }
}

const CALL: Typed = { phone: '0355 987654', 'times-morning': 'true', note: 'Bitte rufen Sie vor elf Uhr an.' }
const WITHDRAW: Typed = { reason: 'Das hat sich erledigt.', confirmed: 'true' }

async function object(origin: string, sent: Sent): Promise<void> {
  const program = await comeBack(origin, sent)
  await readNotice(program, sent)
  await act(program, sent, 'object', { reason: 'Ich bin damit nicht einverstanden. Die Angaben stimmen.' })
}

type Finish = {
  readonly sent: Sent
  readonly atMs: number
  readonly want: 'grant' | 'refuse'
  /** How many tasks are done at most. */
  readonly rounds: number
  readonly isPaid: boolean
  readonly dueOn: string
}

/** Clerk and second person do what is to be done, the person pays what is to be paid, in turns. */
async function finish({ product, office }: World, kase: Kase, how: Finish): Promise<void> {
  const { sent, want, isPaid, dueOn } = how
  const staff = [await office.clerk(kase.postbox, how.atMs), await office.second(kase.postbox, how.atMs)]
  for (let round = 0; round < how.rounds; round += 1) {
    let outcome: string | null = null
    for (const program of staff) {
      outcome ??= await work(program, sent.vorgangId, { want, index: kase.index, dueOn })
    }
    await product.tick()
    const hasPaid = outcome === null && isPaid && (await pay(await comeBack(product.origin, sent), sent))
    if (outcome === null && !hasPaid) {
      return
    }
    await product.tick()
  }
}

/** A moment of a working day, some days later; never before the start. */
function workingTime(fromMs: number, days: number, index: number): number {
  const start = new Date(fromMs + days * DAY_MS)
  const atMs = days === 0 ? fromMs + HOUR_MS : Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate(), 7 + (index % 7), (index * 13) % 60) // biome-ignore format: one thought
  const weekday = new Date(atMs).getUTCDay()
  return weekday === 0 ? atMs + DAY_MS : weekday === 6 ? atMs + 2 * DAY_MS : atMs
}

const isoDay = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

const postboxOf = (slug: string): string =>
  (parse(readFileSync(join('content/services', slug, 'service.yaml'), 'utf8')) as { postbox: string }).postbox
