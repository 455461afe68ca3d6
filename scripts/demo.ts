/**
 * The stand-ins of the outside world as a process of their own, for `npm start`. Says in one JSON line on stdout
 * where they are and how the product is pointed at them; ends on SIGTERM, or when nobody reads it any more.
 */
import { demoCitizens } from '../e2e/servers/idp/accounts.ts'
import { DEMO_PASSWORD, demoAccounts } from '../e2e/servers/idp/index.ts'
import { startOutside } from '../e2e/support/outside.ts'
import { type DemoWorld, freePort } from './start.ts'

const ports = {
  idp: await freePort(8081),
  mail: await freePort(8082),
  specialist: await freePort(8083),
  citizens: await freePort(8084),
  bundid: await freePort(8085),
  payment: await freePort(8086),
  registers: await freePort(8087),
}
const outside = await startOutside(process.env['STADTTOR_CONTENT'] ?? 'content', ports)
const world: DemoWorld = {
  event: 'demo-world',
  env: { ...outside.env, STADTTOR_CLAMD: outside.clamd.address },
  mailUrl: outside.mail.url,
  specialistUrl: outside.specialist.url,
  paymentUrl: outside.payment.url,
  password: DEMO_PASSWORD,
  citizens: demoCitizens.map(({ username, name, claims }) => ({
    username,
    name,
    rights: 'organisation' in claims ? 'for a company' : 'also by BundID, without password',
  })),
  signIns: demoAccounts.map(({ username, name, groups, roles, amr }) => ({
    username,
    name,
    rights: [...groups, ...roles, ...(amr.includes('mfa') ? [] : ['no second factor: is refused'])].join(', '),
  })),
}
console.log(JSON.stringify(world))

const parent = process.ppid
const stop = async (): Promise<void> => {
  await outside.close()
  process.exit(0)
}
process.on('SIGTERM', stop)
process.on('SIGINT', stop)
setInterval(() => {
  if (process.ppid !== parent) {
    void stop()
  }
}, 1000)
