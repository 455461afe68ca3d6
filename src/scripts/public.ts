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
  htmx_after_swap: focusStart,
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

/** Forms whose file is on its way, with the button that was pressed meanwhile. */
const sending = new Map<HTMLFormElement, HTMLElement | null>()

// Whoever goes on while a file is on its way need not press again: the form is sent when the file has arrived.
document.addEventListener(
  'submit',
  (event) => {
    const form = event.target
    if (form instanceof HTMLFormElement && sending.has(form)) {
      event.preventDefault()
      event.stopImmediatePropagation()
      sending.set(form, event.submitter)
    }
  },
  true,
)

// A chosen file goes up at once, with progress; then the page is shown again with the file in its list. Where that fails,
// the file stays chosen and goes with the form, as it does without JavaScript.
document.addEventListener('change', async (event) => {
  const input = event.target
  if (!(input instanceof HTMLInputElement) || input.dataset['upload'] === undefined || input.form === null) {
    return
  }
  const [file] = input.files ?? []
  const status = input.parentElement?.querySelector<HTMLElement>('.upload')
  const again = input.parentElement?.querySelector<HTMLButtonElement>('button[value="stay"]')
  if (file === undefined || !status || !again) {
    return
  }
  status.textContent = `${input.dataset['progress']}: ${file.name}`
  const bar = document.createElement('progress')
  bar.max = 100
  bar.setAttribute('aria-label', file.name)
  status.after(bar)
  const { form } = input
  sending.set(form, null)
  const isStored = await send(input.dataset['upload'], file, (percent) => {
    bar.value = percent
  })
  bar.remove()
  const pressed = sending.get(form) ?? null
  sending.delete(form)
  status.textContent = isStored ? '' : (input.dataset['failed'] ?? '')
  if (isStored) {
    input.value = ''
  }
  if (isStored || pressed !== null) {
    form.requestSubmit(pressed ?? again)
  }
})
