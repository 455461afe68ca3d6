import { createApp } from 'astro/app/entrypoint'

const app = createApp({ streaming: false })

/**
 * Renders one page. Same request and same answers of `locals.api` give the same bytes.
 * @param request GET or HEAD with an absolute URL; its cookies reach the API through `locals.api`.
 * @param locals what pages may know beside the URL; see `App.Locals` in env.d.ts.
 * @returns the page, a redirect, or the page `/404` with status 404. Headers hold the content type only.
 */
export const render = (request: Request, locals: App.Locals): Promise<Response> =>
  app.render(request, { locals, addCookieHeader: true })
