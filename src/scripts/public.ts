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
