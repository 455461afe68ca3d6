/// <reference types="astro/client" />

declare namespace App {
  interface Locals {
    /** The API in this process (or over HTTP when split). Pages reach it through lib/api.ts only. */
    api: (request: Request) => Promise<Response>
    /** Public origin without trailing slash, e.g. `https://stadt.example`. */
    origin: string
    /** True where people and amounts are invented; every page then says so. */
    demo?: boolean
    /** What the page /fehler tells about; texts come from the words, never from the error. */
    problem?: {
      status: number
      type: string
      requestId?: string | undefined
      /** What is wrong in files that an editor sent, by type, with file and line. */
      errors?: readonly { type: string; pointer?: string; params?: Readonly<Record<string, unknown>> }[]
      /** The form that was refused, where its own page shows that. */
      form?: { page: string; action: string; values: Readonly<Record<string, string>> }
    }
    /** Language of the page, where it is not German; `readPage` sets it from what the page shows. */
    lang?: string
    /** True where a German page shows texts of another language, with German ones marked among them. */
    isMixed?: boolean
    /** Shown on error pages so that a call can be matched with the log. */
    requestId?: string
    /** What made the page fail; `pages/500.astro` sets it. */
    failure?: unknown
    /** Takes down that a page failed, by the pattern of its route: neither its address nor the message of the error. */
    failed?: (error: unknown, route: string) => void
  }
}

declare module 'htmx.org/dist/htmx.esm.js' {
  type Extension = Record<string, (element: Element, detail: { ctx: unknown }) => void>
  const htmx: { registerExtension: (name: string, extension: Extension) => void }
  export default htmx
}
