/**
 * Lists of the back office, where scripts run: the list follows what others do, without taking the eye or the keyboard from
 * where they are; and one key goes to the next row, takes what the row is about, or shows the keys.
 */
const REFRESH_MS = 20_000
/** A list that nobody works with is left alone: asking for it would keep the person signed in. */
const IDLE_MS = 5 * 60_000
const KEYS_SETTING = 'stadttor-keys'

const listOf = (): HTMLElement | null => document.querySelector('#liste')
const rowsOf = (): readonly HTMLElement[] => [...(listOf()?.querySelectorAll<HTMLElement>('tbody tr') ?? [])]
const linkOf = (row: HTMLElement | undefined): HTMLElement | null => row?.querySelector<HTMLElement>('th a') ?? null

let usedAtMs = performance.now()
// Not `scroll`: a list that grows shorter scrolls by itself.
for (const kind of ['pointerdown', 'keydown', 'wheel']) {
  document.addEventListener(kind, () => (usedAtMs = performance.now()), { capture: true, passive: true })
}

// htmx fetches the page again and takes over what differs (see the attributes of the list).
window.setInterval(() => {
  const isUsed = performance.now() - usedAtMs < IDLE_MS
  if (document.visibilityState === 'visible' && isUsed && document.querySelector('dialog[open]') === null) {
    listOf()?.dispatchEvent(new Event('refresh'))
  }
}, REFRESH_MS)

/** Which row the keyboard is in, so that it stays there when the row goes. */
let placeBefore = -1
document.addEventListener('htmx:before:swap', (event) => {
  const { ctx } = (event as CustomEvent<{ ctx: { text?: string; target?: Element } }>).detail
  if (ctx.target?.id !== 'liste') {
    return
  }
  placeBefore = rowsOf().findIndex((row) => row.contains(document.activeElement))
  // Another page was answered: the sign-in, or a failure. What is shown stays.
  if (ctx.text?.includes('id="liste"') !== true) {
    event.preventDefault()
  }
})
document.addEventListener('htmx:after:swap', () => {
  const rows = rowsOf()
  if (placeBefore >= 0 && document.activeElement === document.body) {
    linkOf(rows[Math.min(placeBefore, rows.length - 1)])?.focus({ preventScroll: true })
  }
  placeBefore = -1
})

const dialog = document.querySelector<HTMLDialogElement>('#tasten')
const setting = dialog?.querySelector<HTMLInputElement>('input[type="checkbox"]') ?? null
const isOn = (): boolean => localStorage.getItem(KEYS_SETTING) !== 'off'

const step = (by: number): void => {
  const rows = rowsOf()
  const at = rows.findIndex((row) => row.contains(document.activeElement))
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.max(0, Math.min(at + by, rows.length - 1))
  linkOf(rows[next])?.focus()
}
const takeRow = (): void => {
  const row = rowsOf().find((one) => one.contains(document.activeElement))
  row?.querySelector<HTMLButtonElement>('form[action$="/take"] button')?.click()
}
const ACTIONS: Readonly<Record<string, () => void>> = {
  j: () => step(1),
  k: () => step(-1),
  u: takeRow,
  '?': () => dialog?.showModal(),
}

document.addEventListener('keydown', (event) => {
  const target = event.target instanceof Element ? event.target : null
  const isTyping = target?.closest('input, textarea, select, [contenteditable], dialog') !== null
  const action = Object.hasOwn(ACTIONS, event.key) ? ACTIONS[event.key] : undefined
  if (action === undefined || isTyping || event.ctrlKey || event.metaKey || event.altKey || !isOn()) {
    return
  }
  event.preventDefault()
  action()
})

const helpButton = document.querySelector<HTMLElement>('[data-keys]')
if (helpButton !== null && dialog !== null && setting !== null) {
  helpButton.hidden = false
  helpButton.addEventListener('click', () => dialog.showModal())
  setting.checked = isOn()
  setting.addEventListener('change', () => localStorage.setItem(KEYS_SETTING, setting.checked ? 'on' : 'off'))
}

// A module: its names are its own.
export {}
