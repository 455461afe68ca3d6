import htmx from 'htmx.org/dist/htmx.esm.js'

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
  htmx_after_swap: () => {
    focusStart()
    showPrint()
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

/** Sends one file alone; fetch shows no progress of an upload, so this is XMLHttpRequest. */
const send = (url: string, file: File, onProgress: (percent: number) => void): Promise<boolean> =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest()
    request.open('PUT', url)
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    request.setRequestHeader('X-File-Name', encodeURIComponent(file.name))
    request.upload.onprogress = ({ loaded, total }) => onProgress(Math.floor((100 * loaded) / total))
    request.onload = () => resolve(request.status < 300)
    request.onerror = () => resolve(false)
    request.send(file)
  })

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

// A chosen file goes up at once, with progress; then the page is shown again with the file in its list. Where that fails,
// the file stays chosen and goes with the form, as it does without JavaScript.
document.addEventListener('change', async (event) => {
  const input = event.target
  if (!(input instanceof HTMLInputElement) || input.dataset['upload'] === undefined || input.form === null) {
    return
  }
  const [file] = input.files ?? []
  const status = input.parentElement?.querySelector<HTMLElement>('.upload')
  if (file === undefined || !status) {
    return
  }
  status.textContent = `${input.dataset['progress']}: ${file.name}`
  const bar = document.createElement('progress')
  bar.max = 100
  bar.setAttribute('aria-label', file.name)
  status.after(bar)
  const { form } = input
  pressed.set(addressOf(form), null)
  const isStored = await send(input.dataset['upload'], file, (percent) => {
    bar.value = percent
  })
  bar.remove()
  status.textContent = isStored ? '' : (input.dataset['failed'] ?? '')
  if (isStored) {
    input.value = ''
    press(form, 'stay')
    return
  }
  const wanted = pressed.get(addressOf(form))
  pressed.delete(addressOf(form))
  if (typeof wanted === 'string') {
    press(form, wanted)
  }
})
