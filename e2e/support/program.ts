import { DEMO_PASSWORD } from '../servers/idp/index.ts'
import type { Applicant } from './apply.ts'

/** An answer with its body read. */
export type Got = { readonly url: string; readonly status: number; readonly headers: Headers; readonly body: Buffer }

/** A browser without a face: one cookie jar per origin, follows redirects, remembers every address it asked. */
export type Program = {
  readonly origin: string
  readonly go: (url: string, init?: RequestInit) => Promise<Got>
  /** The same, but answers the redirect itself. */
  readonly stay: (url: string, init?: RequestInit) => Promise<Got>
  /** Sends a form of the product's own pages. */
  readonly post: (path: string, fields: Readonly<Record<string, string>> | FormData) => Promise<Got>
  readonly cookies: () => string
  /** Every address asked and every address it was led to. */
  readonly urls: readonly string[]
}

const REDIRECTS_MAX = 12

/** Makes a program that uses the product at `origin` as a browser would. */
export function newProgram(origin: string): Program {
  const jars = new Map<string, Map<string, string>>()
  const urls: string[] = []
  const jarOf = (url: string): Map<string, string> => {
    const key = new URL(url).origin
    const jar = jars.get(key) ?? new Map<string, string>()
    jars.set(key, jar)
    return jar
  }
  const cookieOf = (url: string): string => [...jarOf(url)].map(([name, value]) => `${name}=${value}`).join('; ')
  const stay = async (target: string, init: RequestInit = {}): Promise<Got> => {
    const url = new URL(target, origin).href
    urls.push(url)
    const headers = { accept: 'text/html', cookie: cookieOf(url), ...(init.headers as Record<string, string>) }
    const response = await fetch(url, { ...init, redirect: 'manual', headers })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jarOf(url).set(name, value)
    }
    const location = response.headers.get('location')
    if (location !== null) {
      urls.push(new URL(location, url).href)
    }
    const body = Buffer.from(await response.arrayBuffer())
    return { url, status: response.status, headers: response.headers, body }
  }
  const go = async (target: string, init: RequestInit = {}): Promise<Got> => {
    let got = await stay(target, init)
    for (let count = 0; count < REDIRECTS_MAX; count += 1) {
      const location = got.headers.get('location')
      if (location === null) {
        return got
      }
      got = await stay(new URL(location, got.url).href)
    }
    throw new Error(`${target} leads round in circles`)
  }
  const post: Program['post'] = (path, fields) =>
    go(path, {
      method: 'POST',
      body: fields instanceof FormData ? fields : new URLSearchParams(fields),
      headers: { origin },
    })
  return { origin, go, stay, post, urls, cookies: () => cookieOf(origin) }
}

/** Signs a member of staff in by the identity provider's own form. Answers the page it came back to. */
export async function signIn(program: Program, account: string, to = '/amt/'): Promise<Got> {
  const form = await program.go(`/api/v1/identity/sign-in?to=${encodeURIComponent(to)}`)
  return await program.go(form.url, { method: 'POST', body: new URLSearchParams({ account, password: DEMO_PASSWORD }) })
}

/** The same as what fills forms page by page (`apply.ts`) wants to have. */
export const applicantOf = (program: Program): Applicant => ({
  cookie: program.cookies,
  get: async (path, init) => {
    const { status, headers, body } = await program.stay(path, init)
    return new Response(new Uint8Array(body), { status, headers })
  },
  json: async <T>(path: string) => {
    const { status, body } = await program.stay(path, { headers: { accept: 'application/json' } })
    if (status !== 200) {
      throw new Error(`${path} answered ${status}: ${body.toString()}`)
    }
    return JSON.parse(body.toString()) as T
  },
  post: async (path, fields) => {
    const body = fields instanceof FormData ? fields : new URLSearchParams(fields)
    const origin = new URL(program.origin).origin
    const got = await program.stay(path, { method: 'POST', body, headers: { origin } })
    return { status: got.status, location: got.headers.get('location') ?? '', body: got.body.toString() }
  },
})
