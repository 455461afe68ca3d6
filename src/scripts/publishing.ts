/*
 * Publishing takes some seconds: the button rests once it was pressed, a line says what happens, and afterwards the page says
 * when people see what was published. Without this file the browser shows that it waits, and a link asks again.
 */
const FOLLOW_MS = 1_500
const TRIES_MAX = 80

const setBusy = (form: HTMLFormElement, isBusy: boolean): void => {
  const status = form.querySelector('[role="status"]')
  const button = form.querySelector('button')
  if (status !== null && button !== null) {
    status.textContent = isBusy ? (form.dataset['busy'] ?? '') : ''
    button.disabled = isBusy
  }
}

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-busy]')) {
  form.addEventListener('submit', () => setBusy(form, true))
  // Going back can show the page as it was left.
  window.addEventListener('pageshow', () => setBusy(form, false))
}

/** The part of this page as it would be now; null where nobody answers. */
const askedAnew = async (id: string): Promise<HTMLElement | null> => {
  const answer = await fetch(window.location.href).catch(() => null)
  return answer?.ok === true
    ? new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id)
    : null
}

const follow = async (place: HTMLElement): Promise<void> => {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    await new Promise((done) => window.setTimeout(done, FOLLOW_MS))
    const now = await askedAnew(place.id)
    if (now !== null && now.dataset['follow'] === undefined) {
      place.replaceChildren(...now.childNodes)
      return
    }
  }
}

const place = document.querySelector<HTMLElement>('[data-follow]')
if (place !== null) {
  void follow(place)
}
