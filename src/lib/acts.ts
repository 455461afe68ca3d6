import type { ActPage } from './api.ts'

/** Last part of the address of each act's page, and the act it does. */
export const ACT_OF_PAGE: Readonly<Record<string, ActPage['act']>> = {
  berichtigen: 'correct',
  unterlage: 'document',
  widerspruch: 'object',
  anruf: 'call',
  hilfe: 'help',
  kontakt: 'contact',
  'kontakt-code': 'contact-code',
  'kontakt-abmelden': 'contact-off',
  akteneinsicht: 'inspection',
  zuruecknehmen: 'withdraw',
}
