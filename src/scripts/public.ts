import htmx from 'htmx.org/dist/htmx.esm.js'
import { sendFiles, showLeft } from './uploads.ts'

/** Puts the eye and the screen reader where a fresh page would: on the error summary, else on the heading. */
const focusStart = (): void => {
  const start = document.querySelector<HTMLElement>('#fehler') ?? document.querySelector<HTMLElement>('main h1')
  if (start === null) {
    return
  }
  start.tabIndex = -1
  window.scrollTo(0, 0)
  start.focus({ preventScroll: start.tagName === 'H1' })
}

const showOffline = (): void => {
  const alert = document.querySelector<HTMLElement>('#offline')
  if (alert !== null) {
    alert.hidden = false
    alert.focus()
  }
}

// An extension hears the swap even though the form that caused it is gone from the page.
htmx.registerExtension('stadttor', {
  htmx_after_swap: (element) => {
    // A list that follows what others do leaves the eye where it is.
    if (element.id === 'liste') {
      return
    }
    focusStart()
    showPrint()
    showLeft()
    watchSession()
    pressAgain()
  },
  htmx_error: showOffline,
})

// An error page keeps the address of the page it came from, so that a reload leads back there.
document.addEventListener('htmx:before:history:update', (event) => {
  const { response } = (event as CustomEvent<{ response?: { status: number } }>).detail
  if ((response?.status ?? 200) >= 400) {
    event.preventDefault()
  }
})

// Without a swap the browser follows #fehler itself; focus makes the screen reader follow too.
if (document.querySelector('#fehler') !== null) {
  focusStart()
}

/** Forms whose file is on its way, by address, with the value of the button that was pressed meanwhile (empty: go on). */
const pressed = new Map<string, string | null>()
let isOurOwn = false
/** `form.action` would be the button of that name. */
const addressOf = (form: HTMLFormElement): string => form.getAttribute('action') ?? ''

/** Sends a form as if the person had pressed its button of that value. */
const press = (form: HTMLFormElement, value: string): void => {
  const button = value === '' ? null : form.querySelector<HTMLButtonElement>(`button[value="${CSS.escape(value)}"]`)
  isOurOwn = true
  form.requestSubmit(button)
  isOurOwn = false
}

// Whoever goes on while a file is on its way need not press again: the form is sent once the file is in its list.
document.addEventListener(
  'submit',
  (event) => {
    const form = event.target
    if (form instanceof HTMLFormElement && pressed.has(addressOf(form)) && !isOurOwn) {
      event.preventDefault()
      event.stopImmediatePropagation()
      pressed.set(addressOf(form), event.submitter?.getAttribute('value') ?? '')
    }
  },
  true,
)

// A language changes the whole page, its frame too: the browser sends the form itself.
document.addEventListener(
  'submit',
  (event) => {
    if (event.submitter?.hasAttribute('data-plain')) {
      event.stopImmediatePropagation()
    }
  },
  true,
)

/** A sign-in that is about to end is told of this long before. */
const WARN_MS = 5 * 60_000
let sessionTimer = 0

/** Counts from now, because showing the page was a use; one key prolongs it, and the eye goes back to where it was. */
const watchSession = (): void => {
  window.clearTimeout(sessionTimer)
  const told = document.querySelector<HTMLElement>('[data-session-ms]')
  if (told === null) {
    return
  }
  told.hidden = true
  sessionTimer = window.setTimeout(() => {
    const before = document.activeElement
    told.hidden = false
    const button = told.querySelector('button')
    button?.focus()
    button?.addEventListener(
      'click',
      async () => {
        const isProlonged = await fetch('/api/v1/identity/session').then(
          (answer) => answer.ok,
          () => false,
        )
        if (isProlonged) {
          watchSession()
          if (before instanceof HTMLElement) {
            before.focus()
          }
        }
      },
      { once: true },
    )
  }, Number(told.dataset['sessionMs']) - WARN_MS)
}
watchSession()

const showPrint = (): void => {
  for (const button of document.querySelectorAll<HTMLElement>('[data-print]')) {
    button.hidden = false
  }
}
showPrint()

document.addEventListener('click', (event) => {
  const target = event.target instanceof Element ? event.target : null
  if (target?.closest('[data-print]')) {
    window.print()
  }
  const exit = target?.closest<HTMLAnchorElement>('a[data-exit]')
  if (exit) {
    // Nothing of this page stays behind the button "back" of the browser.
    event.preventDefault()
    window.location.replace(exit.href)
  }
})

/** The page shows the file now; what was pressed meanwhile happens. */
const pressAgain = (): void => {
  const [waiting] = pressed
  pressed.clear()
  const form = [...document.forms].find((one) => addressOf(one) === waiting?.[0])
  if (form !== undefined && typeof waiting?.[1] === 'string') {
    press(form, waiting[1])
  }
}

/** Sends files with their progress shown; then the page is shown again with them in its list. */
const upload = async (input: HTMLInputElement, files: readonly File[]): Promise<void> => {
  const { form } = input
  if (form === null) {
    return
  }
  pressed.set(addressOf(form), pressed.get(addressOf(form)) ?? null)
  const isStored = await sendFiles(input, files, (_, file) => {
    const current = document.getElementById(input.id)
    void (current instanceof HTMLInputElement ? upload(current, [file]) : undefined)
  })
  if (isStored) {
    press(form, 'stay')
    return
  }
  const wanted = pressed.get(addressOf(form))
  pressed.delete(addressOf(form))
  if (typeof wanted === 'string') {
    press(form, wanted)
  }
}

// Chosen files go up at once.
document.addEventListener('change', (event) => {
  const input = event.target
  if (input instanceof HTMLInputElement && input.dataset['upload'] !== undefined && input.files !== null) {
    const files = [...input.files]
    input.value = ''
    void upload(input, files)
  }
})
