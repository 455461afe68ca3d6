import { readFileSync } from 'node:fs'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

/** A Hono handler that answers one file from memory: what a page costs where nothing is looked up, checked or counted. */
const [path = ''] = process.argv.slice(2)
const body = readFileSync(path)
const app = new Hono().get('*', (c) =>
  c.body(body, 200, { 'Content-Type': 'text/html; charset=utf-8', 'Content-Encoding': 'gzip' }),
)
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, ({ port }) => {
  process.send?.({ port })
})
process.once('disconnect', () => server.close())
