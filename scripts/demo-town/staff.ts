import { newProgram, type Program, signIn } from '../../e2e/support/program.ts'
import { readJson, send } from './citizen.ts'

type Task = {
  readonly id: string
  readonly outcomes: readonly { readonly id: string; readonly requires: readonly string[] }[]
  readonly isMine: boolean
  readonly mayComplete: boolean
}
type Case = {
  readonly task: Task | null
  readonly decision: { readonly hash: string } | null
}

/** Who works in a postbox, and who signs as the second person. */
const STAFF: Readonly<Record<string, readonly [string, string]>> = {
  steuern: ['jana.noack', 'marko.lehnigk'],
  ordnung: ['petra.budar', 'dirk.noatnick'],
  buergerservice: ['henryk.schiman', 'dirk.noatnick'],
  umwelt: ['rita.mauk', 'dirk.noatnick'],
  verkehr: ['rita.mauk', 'dirk.noatnick'],
  standesamt: ['lutz.hansch', 'dirk.noatnick'],
  kita: ['silke.bramke', 'dirk.noatnick'],
  wohnen: ['silke.bramke', 'dirk.noatnick'],
}

/** A sign-in is used again for so long; sessions end when nothing is done. */
const SESSION_MS = 600_000

/** Members of staff at work. */
export function createOffice(origin: string) {
  const programs = new Map<string, { readonly program: Program; readonly atMs: number }>()
  const at = async (account: string, atMs: number): Promise<Program> => {
    const known = programs.get(account)
    if (known !== undefined && atMs - known.atMs < SESSION_MS) {
      return known.program
    }
    const program = newProgram(origin)
    await signIn(program, account)
    programs.set(account, { program, atMs })
    return program
  }
  return {
    clerk: (postbox: string, atMs: number) => at(STAFF[postbox]?.[0] ?? '', atMs),
    second: (postbox: string, atMs: number) => at(STAFF[postbox]?.[1] ?? '', atMs),
  }
}
export type Office = ReturnType<typeof createOffice>

/** What the offices write; invented. */
const REQUESTS = [
  'Bitte schicken Sie uns noch die fehlende Seite. Auf dem Bild ist der untere Rand abgeschnitten.',
  'Bitte nennen Sie uns noch den Tag, ab dem das gilt, und schicken Sie einen Nachweis dazu.',
  'Die Unterlage ist leider nicht lesbar. Bitte laden Sie sie noch einmal hoch.',
]
const REASONS =
  'Nach Ihren Angaben sind die Voraussetzungen nicht erfüllt. Die Unterlagen, um die wir gebeten haben, belegen das Gegenteil. Ein anderes Ergebnis lässt die Satzung hier nicht zu.'
/** Outcomes in the order in which they are wanted. */
export const WANTED = {
  grant: ['sign', 'approve', 'grant-exemption', 'solved', 'done'],
  refuse: ['sign', 'refuse', 'no-action', 'done'],
  ask: ['request-information'],
} as const

export async function take(program: Program, vorgangId: string): Promise<void> {
  const { task } = await readCase(program, vorgangId)
  if (task?.isMine !== true) {
    await send(program, `/api/v1/postboxes/items/${vorgangId}/take`, {})
  }
}

/** Does the open task, if this person may, in the wanted way. Answers the outcome; null where there is nothing to do. */
export async function work(
  program: Program,
  vorgangId: string,
  how: { readonly want: keyof typeof WANTED; readonly index: number; readonly dueOn: string },
): Promise<string | null> {
  const before = await readCase(program, vorgangId)
  if (before.task?.mayComplete !== true) {
    return null
  }
  await take(program, vorgangId)
  const { task, decision } = await readCase(program, vorgangId)
  const outcome = WANTED[how.want].find((id) => task?.outcomes.some((one) => one.id === id))
  if (task === null || outcome === undefined) {
    return null
  }
  const requires = task.outcomes.find(({ id }) => id === outcome)?.requires ?? []
  await send(program, `/api/v1/workflow/vorgaenge/${vorgangId}/tasks/${task.id}/complete`, {
    outcome,
    ...(requires.includes('message') ? { message: REQUESTS[how.index % REQUESTS.length] ?? '', dueOn: how.dueOn } : {}),
    ...(requires.includes('reasons') ? { reasons: REASONS } : {}),
    ...(outcome === 'refuse' ? { hearing: 'no-interference' } : {}),
    ...(outcome === 'refuse' ? { hearing: 'no-interference' } : {}),
    ...(outcome === 'sign' ? { decisionHash: decision?.hash ?? '' } : {}),
  })
  return outcome
}

const readCase = (program: Program, vorgangId: string): Promise<Case> =>
  readJson<Case>(program, `/api/v1/submissions/vorgaenge/${vorgangId}`)
