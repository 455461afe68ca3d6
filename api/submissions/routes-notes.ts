import { Hono } from 'hono'
import type { Env } from '../http/env.ts'
import { done } from '../http/respond.ts'
import { actorOf, type RouteSpec, route } from '../http/route.ts'
import { input, inputOf, parameter } from '../http/validate.ts'
import type { SubmissionsCtx } from './ctx.ts'
import { WORK } from './route-specs.ts'
import { Id, OfVorgang, WriteLetter, WriteNote } from './schema.ts'
import { strikeNote, writeLetter, writeNote } from './service-notes.ts'

const STAFF = { ...WORK, who: ['clerk', 'lead'], resource: 'vorgang', audit: true, output: OfVorgang } as const
const NOTE: RouteSpec = { ...STAFF, action: 'note.write' }
const LETTER: RouteSpec = { ...STAFF, action: 'vorgang.request-information' }

/** Routes of what clerks write, for each other and to the person; mounted under `/api/v1/submissions`. */
export const noteRoutes = (ctx: SubmissionsCtx) =>
  new Hono<Env>()
    .post('/vorgaenge/:vorgang/notes', route(NOTE), input(WriteNote), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      const { note, seen } = inputOf(c, WriteNote)
      const body = await writeNote(ctx, actorOf(c), { vorgangId, text: note, seen })
      return done(c, { ...placesOf(vorgangId, 'notizen', 'note'), body })
    })
    .post('/vorgaenge/:vorgang/notes/:note/strike', route(NOTE), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      const noteId = parameter(Id, c.req.param('note'), 'note')
      const body = await strikeNote(ctx, actorOf(c), { vorgangId, noteId })
      return done(c, { ...placesOf(vorgangId, 'notizen', 'note-struck'), body })
    })
    .post('/vorgaenge/:vorgang/letters', route(LETTER), input(WriteLetter), async (c) => {
      const vorgangId = parameter(Id, c.req.param('vorgang'), 'vorgang')
      const { message, seen } = inputOf(c, WriteLetter)
      const body = await writeLetter(ctx, actorOf(c), { vorgangId, text: message, seen })
      return done(c, { ...placesOf(vorgangId, 'nachrichten', 'letter'), body })
    })

const placesOf = (vorgangId: string, tab: string, done: string) => ({
  page: `/amt/vorgaenge/${vorgangId}/${tab}?getan=${done}`,
  self: `/api/v1/submissions/vorgaenge/${vorgangId}`,
})
