import { createApp } from 'astro/app/entrypoint'
import { resolveMarks } from './lib/fallback.ts'

const app = createApp({ streaming: false })
// Astro writes the whole of a failure, message included, to stderr; a message may repeat what a person typed.
app.logger.setDestination({ write: () => undefined })

/**
 * Renders one page. Same request and same answers of `locals.api` give the same bytes.
 * A page that fails is answered with the page `/fehler` and status 500 (`pages/500.astro`), and what failed is handed to
 * `locals.failed`; without it the failure is thrown. Throws too where not even that page can be rendered.
 * @param request GET or HEAD with an absolute URL; its cookies reach the API through `locals.api`.
 * @param locals what pages may know beside the URL; see `App.Locals` in env.d.ts.
 * @returns the page, a redirect, or the page `/404` with status 404. Headers hold the content type only.
 */
export const render = async (request: Request, locals: App.Locals): Promise<Response> => {
  const answer = await app.render(request, { locals, addCookieHeader: true })
  if (locals.failure !== undefined) {
    if (locals.failed === undefined) {
      throw locals.failure
    }
    locals.failed(locals.failure, app.match(request)?.route ?? '')
  }
  if (answer.status === 500 && answer.body === null) {
    throw new Error('not even the page of failures could be rendered')
  }
  if (answer.headers.get('content-type') === 'text/html') {
    answer.headers.set('content-type', 'text/html; charset=utf-8')
    if ((locals.lang ?? 'de') !== 'de' || locals.isMixed) {
      // Astro measured the page before its marks became elements.
      answer.headers.delete('content-length')
      return new Response(resolveMarks(await answer.text()), answer)
    }
  }
  return answer
}
