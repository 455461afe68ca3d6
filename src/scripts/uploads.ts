/*
 * Files go up as soon as they are chosen, one after the other, each with a line of its own: how far it is, a way to stop it
 * or to try again. Large ones go in pieces, so that a broken connection costs one piece. When all are there the page is shown
 * again with them in its list. Without this file they go with the form.
 */
type Outcome = 'done' | 'cancelled' | { readonly refused: string }
type Row = {
  readonly element: HTMLLIElement
  readonly text: HTMLSpanElement
  readonly bar: HTMLProgressElement
  readonly button: HTMLButtonElement
}
type Sending = {
  readonly file: File
  readonly url: string
  readonly id: string
  readonly signal: AbortSignal
  readonly onProgress: (bytes: number) => void
  readonly onBroken: () => void
}
type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

const PIECE_BYTES = 4 * 1024 * 1024
const TRIES_MAX = 8
const LONGEST_WAIT_MS = 15_000

/** Sends one request with progress; status 0 where the connection broke. fetch shows no progress of an upload. */
function request(method: string, url: string, sending: Sending, body?: Blob, range?: string): Promise<Answer> {
  return new Promise((resolve) => {
    const xhr = new XMLHttpRequest()
    const end = (status: number): void => {
      sending.signal.removeEventListener('abort', abort)
      let parsed: Readonly<Record<string, unknown>> = {}
      try {
        parsed = JSON.parse(xhr.responseText)
      } catch {
        // A proxy answered, or nobody.
      }
      resolve({ status, body: parsed })
    }
    const abort = (): void => xhr.abort()
    xhr.open(method, url)
    xhr.setRequestHeader('Accept', 'application/json')
    if (body !== undefined) {
      xhr.setRequestHeader('Content-Type', 'application/octet-stream')
      xhr.setRequestHeader('X-File-Name', encodeURIComponent(sending.file.name))
    }
    if (range !== undefined) {
      xhr.setRequestHeader('Content-Range', range)
    }
    xhr.upload.onprogress = ({ loaded }) => sending.onProgress(loaded)
    xhr.onload = () => end(xhr.status)
    xhr.onerror = () => end(0)
    xhr.onabort = () => end(0)
    sending.signal.addEventListener('abort', abort)
    xhr.send(body ?? null)
  })
}

/** Waits longer after every failure; goes on at once when the connection is back. */
function pause(tries: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(LONGEST_WAIT_MS, 1000 * 2 ** tries))
    window.addEventListener(
      'online',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}

/** True for answers after which the same may be tried again. */
const isPassing = (status: number): boolean => status === 0 || status === 409 || status === 429 || status >= 500

/** Sends a file, whole or in pieces, until it is there, is refused, or was given up. */
async function send(sending: Sending): Promise<Outcome> {
  const { file, signal } = sending
  const parts = sending.url.replace('/files?', `/parts/${sending.id}?`)
  const isLarge = file.size > PIECE_BYTES
  let from = 0
  for (let tries = 0; tries < TRIES_MAX && !signal.aborted; ) {
    const piece = isLarge ? file.slice(from, from + PIECE_BYTES) : file
    const range = isLarge ? `bytes ${from}-${from + piece.size - 1}/${file.size}` : undefined
    const start = from
    const progress = { ...sending, onProgress: (bytes: number) => sending.onProgress(start + bytes) }
    const { status, body } = await request('PUT', isLarge ? parts : sending.url, progress, piece, range)
    if (status === 201) {
      return 'done'
    }
    if (status === 200) {
      from = Number(body['receivedBytes'])
      tries = 0
    } else if (!isPassing(status) || /\/too-many-(?:files|bytes)$/.test(String(body['type']))) {
      return { refused: String(body['type'] ?? '').replace(/^.*\/errors\//, '') }
    } else if (!signal.aborted) {
      sending.onBroken()
      await pause(tries)
      tries += 1
      from = isLarge ? await receivedOf(parts, sending, from) : 0
    }
  }
  return signal.aborted ? 'cancelled' : { refused: '' }
}

async function receivedOf(parts: string, sending: Sending, before: number): Promise<number> {
  const { status, body } = await request('GET', parts.replace(/\?.*$/, ''), sending)
  return status === 200 ? Number(body['receivedBytes']) : before
}

/** Puts the name into a sentence of the page. */
const worded = (input: HTMLInputElement, key: string, name: string): string =>
  (input.dataset[key] ?? '').replace('{name}', name)

function makeRow(input: HTMLInputElement, list: HTMLUListElement, name: string): Row {
  const element = document.createElement('li')
  const text = document.createElement('span')
  const bar = document.createElement('progress')
  const button = document.createElement('button')
  bar.max = 100
  bar.value = 0
  bar.setAttribute('aria-label', name)
  button.type = 'button'
  button.className = 'button text'
  text.textContent = worded(input, 'waits', name)
  element.append(text, button, bar)
  list.append(element)
  return { element, text, bar, button }
}

/** The button of a row; its name says which file it means. */
function setButton(row: Row, label: string, name: string, onPress: () => void): void {
  const hidden = document.createElement('span')
  hidden.className = 'hidden'
  hidden.textContent = `: ${name}`
  row.button.replaceChildren(label, hidden)
  row.button.onclick = onPress
}

/** What somebody can do with a row whose file did not get there: try again, or take it off the list. */
type Later = (input: HTMLInputElement, file: File) => void

/** Sends one file and says in its row how it goes. A row whose file is not there stays, with the reason. */
async function sendWithRow(input: HTMLInputElement, row: Row, file: File, again: Later): Promise<boolean> {
  const { name } = file
  const say = (text: string): void => {
    row.text.textContent = text
    tell(input, text)
  }
  const leave = (text: string, isPassing: boolean): false => {
    row.bar.remove()
    say(text)
    const dismiss = (): void => {
      row.element.remove()
      tell(input, '')
      document.getElementById(input.id)?.focus()
    }
    if (isPassing) {
      setButton(row, input.dataset['again'] ?? '', name, () => {
        dismiss()
        again(input, file)
      })
    } else {
      setButton(row, input.dataset['dismiss'] ?? '', name, dismiss)
    }
    return false
  }
  if (file.size > Number(input.dataset['max'] ?? Number.POSITIVE_INFINITY)) {
    return leave(worded(input, 'large', name), false)
  }
  const abort = new AbortController()
  setButton(row, input.dataset['cancel'] ?? '', name, () => abort.abort())
  say(worded(input, 'runs', name))
  const outcome = await send({
    file,
    id: crypto.randomUUID(),
    url: input.dataset['upload'] ?? '',
    signal: abort.signal,
    onProgress: (bytes) => {
      row.bar.value = Math.floor((100 * bytes) / Math.max(1, file.size))
    },
    onBroken: () => say(worded(input, 'broken', name)),
  })
  if (typeof outcome !== 'string') {
    return leave(`${name}: ${reasonOf(input, outcome.refused)}`, outcome.refused === '')
  }
  tell(input, worded(input, outcome, name))
  row.element.remove()
  return outcome === 'done'
}

/** Says something to a screen reader, below the input that is on the page now. */
function tell(input: HTMLInputElement, text: string): void {
  const status = (document.getElementById(input.id) ?? input).parentElement?.querySelector('.upload')
  if (status) {
    status.textContent = text
  }
}

/** Why a file was refused, in the page's words; the general sentence where there is none. */
function reasonOf(input: HTMLInputElement, type: string): string {
  const reasons = JSON.parse(input.dataset['reasons'] ?? '{}') as Readonly<Record<string, string>>
  return reasons[type] ?? input.dataset['failed'] ?? ''
}

/** Rows of files that are not there, by the id of their input: the page may be shown again in between. */
const left = new Map<string, HTMLUListElement>()

/** Puts rows that stayed back below their inputs, after the page was shown again. */
export function showLeft(): void {
  for (const [id, list] of left) {
    const status = document.getElementById(id)?.parentElement?.querySelector('.upload')
    if (status && list.childElementCount > 0) {
      status.after(list)
      status.textContent = list.querySelector('span')?.textContent ?? ''
    } else if (!status) {
      left.delete(id)
    }
  }
}

/**
 * Sends files one after the other. Resolves when each is there, was given up or is refused; rows of the latter stay.
 * True where at least one is stored, so that the page has to be shown again. `again` is called for one that is tried anew.
 */
export async function sendFiles(input: HTMLInputElement, files: readonly File[], again: Later): Promise<boolean> {
  const status = input.parentElement?.querySelector<HTMLElement>('.upload')
  if (!status) {
    return false
  }
  const list = left.get(input.id) ?? document.createElement('ul')
  left.set(input.id, list)
  list.className = 'files plain'
  list.setAttribute('aria-label', input.dataset['list'] ?? '')
  status.after(list)
  const rows = files.map((file) => ({ file, row: makeRow(input, list, file.name) }))
  let stored = 0
  for (const { file, row } of rows) {
    stored += (await sendWithRow(input, row, file, again)) ? 1 : 0
  }
  return stored > 0
}
